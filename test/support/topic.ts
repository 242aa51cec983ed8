import { randomUUID } from 'node:crypto'
import type { EachMessagePayload } from 'kafkajs'
import { vi } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'

export type StoredRecord = EachMessagePayload['message'] & { readonly partition: number }

const log = createLog({ level: 'error', command: 'test' })
const kafkaAt = (brokers: readonly string[]) => createKafka({ brokers, clientId: 'test' }, log)

/** Creates a topic that no other test knows, and returns its name. */
export async function createTopic(
  brokers: readonly string[],
  { partitions = 8, config = {} }: { partitions?: number; config?: Record<string, string> } = {},
): Promise<string> {
  const topic = `test-${randomUUID()}`
  const admin = kafkaAt(brokers).admin()
  await admin.connect()
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
  })
  // kafkajs gives up where a broker has not heard of the new topic yet.
  await vi.waitFor(() => admin.fetchTopicMetadata({ topics: [topic] }), { timeout: 10_000, interval: 50 })
  await admin.disconnect()
  return topic
}

/** All records of a topic that is not written transactionally, by partition and offset. */
export const readTopic = (brokers: readonly string[], topic: string): Promise<StoredRecord[]> =>
  // The coordinator of a new cluster turns the first groups away.
  vi.waitFor(() => readOnce(brokers, topic), { timeout: 60_000, interval: 200 })

async function readOnce(brokers: readonly string[], topic: string): Promise<StoredRecord[]> {
  const kafka = kafkaAt(brokers)
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(p => [p.partition, Number(p.high)]))
  await admin.disconnect()
  const total = [...ends.values()].reduce((sum, end) => sum + end, 0)
  const records: StoredRecord[] = []
  if (total === 0) return records
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
      const eachMessage = async ({ partition, message }: EachMessagePayload) => {
        records.push({ ...message, partition })
        if (records.length >= total) resolve()
      }
      consumer.run({ autoCommit: false, eachMessage }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset))
}
