import type { SampleEvent } from './events.ts'
import type { World } from './world.ts'

/** About 100 a batch of a partition, as a busy bridge writes them. */
const BATCH_RECORDS = 100
const HEADERS = { 'webhook-path': '/segmentio/event', 'webhook-host': 'courses.example.edu' }

/** Writes the next `count` of the events to the world's raw topic, all of a user's to one partition. */
export async function writeEvents(
  { kafka, raw, partitions }: Pick<World, 'kafka' | 'raw' | 'partitions'>,
  events: Iterator<SampleEvent>,
  count: number,
): Promise<{ bytes: number; users: ReadonlySet<number> }> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const users = new Set<number>()
  let bytes = 0
  for (let left = count; left > 0; ) {
    const messages = Array.from({ length: Math.min(left, BATCH_RECORDS * partitions) }, () => {
      const { userId, body } = events.next().value as SampleEvent
      users.add(userId)
      bytes += Buffer.byteLength(body)
      return { partition: userId % partitions, key: String(userId), value: body, headers: HEADERS }
    })
    await producer.send({ topic: raw, messages, acks: -1 })
    left -= messages.length
  }
  await producer.disconnect()
  return { bytes, users }
}
