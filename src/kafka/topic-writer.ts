import type { Kafka, Message } from 'kafkajs'
import type { PlacedRecord, TopicWriter } from '../ports.ts'
import { createPartitioner } from './partitioner.ts'
import { throwUnlessAcknowledged } from './produce-requests.ts'

/** How long a broker may wait for its replicas. */
const ACKNOWLEDGE_MS = 10_000

export interface OpenTopicWriter extends TopicWriter {
  close(): Promise<void>
}

/**
 * A writer of one topic, connected, outside of any transaction. Idempotent: a record that kafkajs sends again is
 * stored once. In a compacted topic such a producer would leave batches without a record, which kafkajs cannot read.
 */
export async function openTopicWriter(
  kafka: Kafka,
  topic: string,
  { idempotent }: { readonly idempotent: boolean },
): Promise<OpenTopicWriter> {
  const producer = kafka.producer({ idempotent, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  await producer.connect()
  const partitionOf = createPartitioner()
  return {
    partitionOf,

    async append(records) {
      const next = new Map<number, number>()
      for (const partition of new Set(records.map(record => record.partition))) {
        // Of one partition a call: what goes to several brokers kafkajs can send again while it is still sending it.
        const own = records.filter(record => record.partition === partition)
        const request = [{ topic, messages: own.map(messageOf) }]
        const answer = await producer.sendBatch({ topicMessages: request, acks: -1, timeout: ACKNOWLEDGE_MS })
        throwUnlessAcknowledged([[topic, [partition]]], answer)
        next.set(partition, Number(answer[0]?.baseOffset))
      }
      return records.map(({ partition }) => {
        const offset = next.get(partition) ?? -1
        next.set(partition, offset + 1)
        return offset
      })
    },

    close: () => producer.disconnect(),
  }
}

const messageOf = ({ partition, key, value, timestamp, headers }: PlacedRecord): Message => ({
  partition,
  key,
  value,
  timestamp: String(timestamp),
  headers: { ...headers },
})
