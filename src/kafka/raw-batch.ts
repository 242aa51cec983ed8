import type { Batch, EachBatchPayload } from 'kafkajs'
import type { Delivery, DeliveryResult, GroupSession } from '../ports.ts'
import { recordOf } from './fetching.ts'

/** kafkajs sends heartbeats only when asked to. */
export const HEARTBEAT_MS = 1_000

/**
 * Delivers one of kafkajs's batches as fetched in a session, and keeps the membership alive until it is dealt
 * with. Throws only what kafkajs has to know: it is what makes it join the group again.
 */
export async function handleBatch(
  { batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload,
  session: GroupSession | null,
  deliver: (delivery: Delivery) => Promise<DeliveryResult>,
): Promise<void> {
  if (!session || !isRunning() || isStale() || !session.partitions.has(batch.partition)) return
  const questioned = new AbortController()
  let heartbeatError: unknown
  const beating = setInterval(() => {
    heartbeat().catch(error => {
      heartbeatError ??= error
      questioned.abort()
    })
  }, HEARTBEAT_MS)
  const result = await deliver(deliveryOf(batch, session, questioned.signal)).finally(() =>
    clearInterval(beating),
  )
  if ('committedTo' in result) resolveOffset(String(result.committedTo - 1))
  if ('rejoin' in result) throw result.rejoin
  if (heartbeatError !== undefined) throw heartbeatError
  await heartbeat()
}

function deliveryOf(batch: Batch, session: GroupSession, signal: AbortSignal): Delivery {
  const { topic, partition, messages, highWatermark } = batch
  // At run time a batch says where its fetch began; kafkajs's types do not.
  const { fetchedOffset } = batch as Batch & { fetchedOffset: string }
  return {
    session,
    partition,
    fetchedOffset: Number(fetchedOffset),
    nextOffset: Number(batch.lastOffset()) + 1,
    highWatermark: Number(highWatermark),
    records: messages.map(message => recordOf(topic, partition, message)),
    signal,
  }
}
