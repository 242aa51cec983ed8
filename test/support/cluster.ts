import { afterAll, beforeAll, inject } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { describeTopics } from '#src/kafka/topics.ts'
import { createLog } from '#src/observe/log.ts'
import { ownSettings } from './product.ts'

/** What tests ask of Kafka, and do to it, beside the product. */
export function cluster() {
  const { brokers } = inject('stack')
  const kafka = createKafka({ brokers, clientId: 'test' }, createLog({ level: 'error', command: 'test' }))
  const admin = kafka.admin()
  beforeAll(() => admin.connect())
  afterAll(() => admin.disconnect())

  return {
    kafka,
    admin,
    async topic(name: string) {
      const facts = (await describeTopics(admin, [name])).get(name)
      return { partitions: facts?.partitions ?? 0, configs: Object.fromEntries(facts?.configs ?? []) }
    },
    async create(topic: string, partitions: number, configs: Record<string, string> = {}) {
      const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }] })
    },
    async produce(topic: string, partition: number, records: number) {
      const producer = kafka.producer()
      await producer.connect()
      const messages = Array.from({ length: records }, () => ({ partition, key: 'k', value: 'v' }))
      await producer.send({ topic, messages })
      await producer.disconnect()
    },
    async deleteBefore(topic: string, partition: number, offset: number) {
      // Only then does kafkajs know who leads the partition.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
    },
    /** The group's offset and metadata by partition; -1 and null where none is committed. */
    async placeOf(group: string, topic: string) {
      const [answer] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
      const partitions = answer?.partitions ?? []
      return Object.fromEntries(partitions.map(p => [p.partition, [Number(p.offset), p.metadata]]))
    },
  }
}

/** What `placeOf` says of a partition where the group has yet to begin. */
export const begunAt = (offset: number) => [
  offset,
  `{"v":1,"base":${offset},"emitted":0,"rejected":0,"ignored":0}`,
]

/** Settings of a test's own, and what they name. */
export function own() {
  const settings = ownSettings()
  const { RAW_TOPIC = '', OUTPUT_TOPIC = '', ERROR_TOPIC = '', CONSUMER_GROUP = '' } = settings
  return { settings, raw: RAW_TOPIC, output: OUTPUT_TOPIC, errors: ERROR_TOPIC, group: CONSUMER_GROUP }
}
