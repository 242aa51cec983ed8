import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { GroupOffsets } from '../ports.ts'
import { createGroupOffsets } from './group-offsets.ts'

const INTERVAL_MS = 10_000

export interface GroupLagOptions {
  readonly admin: Admin
  readonly group: string
  readonly topic: string
  readonly metrics: Metrics
  readonly log: Log
}

/**
 * Shows how many records the consumer group has yet to commit, until told to stop. Processors show their own
 * partitions in detail; this is seen from outside, and so also while none of them lives. While Kafka does not
 * say, nothing is shown: an old number would look like a fresh one.
 */
export async function watchGroupLag(
  { admin, group, topic, metrics, log }: GroupLagOptions,
  stop: AbortSignal,
): Promise<void> {
  const offsets = createGroupOffsets(admin, group, topic)
  const committed = new Map<number, number>()
  while (!stop.aborted) {
    try {
      await admin.connect() // does nothing while it is connected
      metrics.set('group_lag_records', { topic }, await lagOf(offsets, committed))
    } catch (err) {
      metrics.remove('group_lag_records', { topic })
      const sentence = 'Kafka does not tell the lag of the consumer group; asking again'
      if (!stop.aborted) log.warn({ event: 'group_lag_unknown', group, topic, err }, sentence)
    }
    await sleep(INTERVAL_MS, undefined, { signal: stop }).catch(() => {})
  }
  await admin.disconnect()
}

/** Where nothing is committed yet, all there is waits. `committed` keeps what an open transaction hides for now. */
async function lagOf(offsets: GroupOffsets, committed: Map<number, number>): Promise<number> {
  // The ends are read last: no offset is beyond them then.
  const stable = await offsets.stable()
  const bounds = await offsets.bounds()
  let lag = 0
  for (const [partition, { low, high }] of bounds) {
    const place = stable.get(partition)
    if (place === null) committed.delete(partition)
    else if (place) committed.set(partition, place.offset)
    lag += Math.max(0, high - Math.max(low, committed.get(partition) ?? low))
  }
  return lag
}
