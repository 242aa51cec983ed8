import { type ErrorRecord, nextIdentity } from './error-record.ts'
import type { SentLog } from './sent-log.ts'

/** Where a rejection stands, in the order in which it gets there. */
export const STATES = {
  open: 'not sent back',
  replayed: 'not sent back, but on the output topic all the same, as after a `replay`',
  in_doubt: 'perhaps sent back: the next run settles it',
  sent: 'sent back, not yet processed',
  rejected_again: 'sent back and rejected again, which is a rejection of its own',
  cured: 'sent back and passed',
} as const
export type State = keyof typeof STATES

export type Count = Record<State, number> & { total: number }
export type Facet = 'reason' | 'stage' | 'hour'

export interface Stats {
  /** Rejections in each state by the values of the facet. */
  readonly groups: ReadonlyMap<string, Count>
  readonly all: Count
}

interface Sources {
  readonly log: SentLog
  /** Whether the processors are past a place of the raw topic. */
  readonly isProcessed: (partition: number, offset: number) => boolean
}

/** Counts rejections; one that was written repeatedly, after a `replay`, once. `all` are those to count them among. */
export function createStats(facet: Facet, { log, isProcessed }: Sources) {
  const identities = new Set<string>()
  const sentBack: {
    error: Pick<ErrorRecord, 'firstPlace' | 'replayCount'>
    identity: string
    group: string
  }[] = []
  /** By where they stand on the raw topic. */
  const open = new Map<string, { readonly group: string; readonly timestamp: number }>()
  const groups = new Map<string, Count>()
  const all = noCount()
  const count = (group: string, state: State) => {
    const own = groups.get(group) ?? noCount()
    groups.set(group, own)
    for (const each of [own, all]) {
      each[state]++
      each.total++
    }
  }

  return {
    /** Takes every record of the topic, since one may tell of another; `isAsked`: whether it is counted itself. */
    add(error: ErrorRecord, isAsked: boolean): void {
      const { identity, firstPlace, replayCount, rawPlace, record } = error
      if (identities.has(identity)) return
      identities.add(identity)
      if (!isAsked) return
      const group = groupOf(error, facet)
      const state = log.get(identity)?.state
      if (state === 'sent') sentBack.push({ error: { firstPlace, replayCount }, identity, group })
      else if (state === 'intent') count(group, 'in_doubt')
      else open.set(rawPlace, { group, timestamp: record.timestamp })
    },

    /** When the oldest open one was received; Infinity: none is open. */
    openSince(): number {
      let oldest = Number.POSITIVE_INFINITY
      for (const { timestamp } of open.values()) oldest = Math.min(oldest, timestamp)
      return oldest
    },

    /** Takes the place of a raw record that is known to have passed. */
    passed(rawPlace: string): void {
      const found = open.get(rawPlace)
      if (!found) return
      open.delete(rawPlace)
      count(found.group, 'replayed')
    },

    result(): Stats {
      for (const { group } of open.values()) count(group, 'open')
      open.clear()
      for (const { error, identity, group } of sentBack.splice(0)) {
        const { partition, offset } = log.get(identity) as { partition: number; offset: number }
        if (identities.has(nextIdentity(error as ErrorRecord))) count(group, 'rejected_again')
        else count(group, isProcessed(partition, offset) ? 'cured' : 'sent')
      }
      return { groups: new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1))), all }
    },
  }
}

const noCount = (): Count => ({
  open: 0,
  replayed: 0,
  in_doubt: 0,
  sent: 0,
  rejected_again: 0,
  cured: 0,
  total: 0,
})

function groupOf({ reason, stage, record }: ErrorRecord, facet: Facet): string {
  if (facet !== 'hour') return { reason, stage }[facet]
  return `${new Date(record.timestamp).toISOString().slice(0, 13)}:00Z`
}
