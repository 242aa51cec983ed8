import type { Kafka } from 'kafkajs'
import { bodyOf, VECTORS } from './vectors.ts'

/** The golden events that fit into one request, whatever their outcome is. */
export const VALUES: readonly Buffer[] = VECTORS.map(bodyOf).filter(body => body.length < 50_000)

/** Writes values onto the raw topic's four partitions in turn, with seven keys. */
export async function feed(
  kafka: Kafka,
  topic: string,
  values: readonly (Buffer | null)[],
  timestampMs = Date.now(),
): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const timestamp = String(timestampMs)
  const messages = values.map((value, i) => ({ partition: i % 4, key: `k${i % 7}`, value, timestamp }))
  await producer.send({ topic, messages })
  await producer.disconnect()
}
