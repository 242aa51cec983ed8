import type { TopicReader } from '../ports.ts'

/** Enough to hold a record wherever transactions end and were aborted. */
const NEWEST_OFFSETS = 200

/** A rejection that another group has written. */
export interface StrangeRejection {
  readonly group: string
  readonly partition: number
  readonly offset: number
}

/**
 * Looks at the newest record of each partition of an error topic: one that names another group. Two groups that
 * write to one error topic would reject every record twice, and `errors replay` would send it back to both.
 */
export async function strangeRejection(
  reader: TopicReader,
  topic: string,
  group: string,
  signal: AbortSignal,
): Promise<StrangeRejection | null> {
  const newest = [...(await reader.spans(topic))].map(([partition, { from, to }]) => {
    return [partition, { from: Math.max(from, to - NEWEST_OFFSETS), to }] as const
  })
  const byPartition = new Map<number, StrangeRejection>()
  for await (const { partition, offset, headers } of reader.read(topic, new Map(newest), signal)) {
    const name = headers['segedx.error.group']
    byPartition.set(partition, { group: String(name ?? group), partition, offset })
  }
  return [...byPartition.values()].find(rejection => rejection.group !== group) ?? null
}
