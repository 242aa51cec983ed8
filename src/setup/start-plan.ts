import type { CommittedOffset } from '../ports.ts'

export type Start = 'earliest' | 'latest'
type Bounds = ReadonlyMap<number, { readonly low: number; readonly high: number }>

/** Where the group begins on the partitions that have no offset. */
export interface StartPlan {
  /** Offsets to commit, by partition. */
  readonly offsets: ReadonlyMap<number, number>
  /** Whether the group has no offset at all, so that a person has to say where it begins. */
  readonly isNew: boolean
}

/**
 * A group without any offset begins where `start` says. One that has some got new partitions: it has to read
 * them from their beginning whatever `start` says, or records would be lost.
 */
export function planStart(
  committed: ReadonlyMap<number, CommittedOffset | null>,
  bounds: Bounds,
  start: Start | undefined,
): StartPlan {
  const without = [...bounds].filter(([partition]) => committed.get(partition) === null)
  const isNew = without.length === bounds.size
  const end = isNew && start === 'latest' ? 'high' : 'low'
  return { offsets: new Map(without.map(([partition, ends]) => [partition, ends[end]])), isNew }
}
