import { randomUUID } from 'node:crypto'
import { vi } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { readTopic as readOnce } from '../../dev/demo/topics.ts'

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

/** All records of a topic, by partition and offset. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<RawRecord[]> {
  const records = await readOnce(kafkaAt(brokers), topic)
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}
