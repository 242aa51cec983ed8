import './patch/index.ts'
import type { KafkaMessage } from 'kafkajs'
import type { Headers, RawRecord } from '../pipeline/shapes.ts'
import type { RawRecords } from '../ports.ts'
import type { Cluster } from './coordinator.ts'
import { internal } from './patch/internals.ts'
import { FetchedMessage } from './patch/record-batch.ts'

/** One partition's part of the answer to a fetch, as kafkajs decodes it. */
export interface FetchedPartition {
  readonly partition: number
}

interface Broker {
  fetch(request: object): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>
}

interface TopicOffsets {
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
}

/** What reading needs of kafkajs's connections. */
export interface ReadingCluster extends Cluster {
  addTargetTopic(topic: string): Promise<void>
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  refreshMetadata(): Promise<void>
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[]
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>
  findBroker(of: { nodeId: string }): Promise<Broker>
  fetchTopicsOffset(topics: readonly object[]): Promise<TopicOffsets[]>
}

interface Batch {
  readonly messages: readonly KafkaMessage[]
  readonly rawMessages: readonly KafkaMessage[]
  lastOffset(): string
}
const FetchedBatch = internal('consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  fetched: FetchedPartition,
) => Batch

/** The committed records of an answer, and the offset to go on with: that of the fetch where it brought nothing. */
export function committedRecords(
  topic: string,
  from: number,
  fetched: FetchedPartition,
): { records: RawRecord[]; next: number } {
  const batch = new FetchedBatch(topic, String(from), fetched)
  const records = batch.messages.map(message => recordOf(topic, fetched.partition, message))
  return { records, next: batch.rawMessages.length === 0 ? from : Number(batch.lastOffset()) + 1 }
}

/** Each is made when it is asked for. */
export const recordsOf = (
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
): RawRecords => ({
  length: messages.length,
  at: index => {
    const message = messages[index]
    return message && recordOf(topic, partition, message)
  },
})

const recordOf = (topic: string, partition: number, message: KafkaMessage): RawRecord =>
  message instanceof FetchedMessage
    ? new FetchedRecord(topic, partition, message)
    : {
        topic,
        partition,
        offset: Number(message.offset),
        timestamp: Number(message.timestamp),
        key: message.key,
        value: message.value,
        headers: message.headers ?? {},
      }

/** A record as `FetchedMessage` shows it. */
class FetchedRecord implements RawRecord {
  readonly topic: string
  readonly partition: number
  readonly #message: FetchedMessage

  constructor(topic: string, partition: number, message: FetchedMessage) {
    this.topic = topic
    this.partition = partition
    this.#message = message
  }

  get offset(): number {
    return this.#message.offsetNumber
  }

  get timestamp(): number {
    return this.#message.time
  }

  get key(): Buffer | null {
    return this.#message.key
  }

  get value(): Buffer | null {
    return this.#message.value
  }

  get headers(): Headers {
    return this.#message.headers as Headers
  }
}
