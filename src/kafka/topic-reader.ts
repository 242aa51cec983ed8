import type { Kafka } from 'kafkajs'
import { backOff } from '../back-off.ts'
import type { RawRecord } from '../pipeline/shapes.ts'
import { type Span, type Spans, TopicNotFoundError, type TopicReader } from '../ports.ts'
import { isTransient } from '../transient.ts'
import { typeOf } from './client-errors.ts'
import { createCluster } from './coordinator.ts'
import { committedRecords, type FetchedPartition, type ReadingCluster } from './fetching.ts'

/*
 * Reads by kafkajs's own fetch request instead of its consumer: that one needs a group, which a broker keeps, lists
 * and has to permit, and cannot say that it has come to an end where the last offsets hold no record.
 */

const READ_COMMITTED = 1
const FETCH_BYTES = 8 * 1024 * 1024
const PARTITION_BYTES = 1024 * 1024
const MAX_WAIT_MS = 500
/** In a row; a broker that is started anew takes some seconds. */
const ATTEMPTS = 12
/** Answers without a record, in a row, where there must be some. */
const EMPTY_ANSWERS = 60

export interface OpenTopicReader extends TopicReader {
  close(): Promise<void>
}

/** A reader of topics; it connects when it is first used. */
export function createTopicReader(kafka: Kafka): OpenTopicReader {
  const cluster = createCluster<ReadingCluster>(kafka, {
    isolationLevel: READ_COMMITTED,
    allowAutoTopicCreation: false,
  })

  const openReader: OpenTopicReader = {
    async spans(topic, since) {
      await open(topic)
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)
      const offsets = async (at: { fromBeginning: boolean } | { fromTimestamp: number }) => {
        const asked = partitions.map(partition => ({ partition }))
        const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: asked, ...at }])
        return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
      }
      const to = await offsets({ fromBeginning: false })
      const from = await offsets(since === undefined ? { fromBeginning: true } : { fromTimestamp: since })
      const spanOf = (partition: number): Span => {
        const [begin = -1, end = 0] = [from.get(partition), to.get(partition)]
        // −1: no record is as young as that.
        return { from: begin < 0 ? end : Math.min(begin, end), to: end }
      }
      return new Map(partitions.map(partition => [partition, spanOf(partition)]))
    },

    read: (topic, spans, signal) => read(topic, spans, signal),
    close: () => cluster.disconnect(),
  }
  return openReader

  async function open(topic: string): Promise<void> {
    await cluster.connect()
    try {
      await cluster.addTargetTopic(topic)
    } catch (error) {
      if (typeOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
      throw new TopicNotFoundError(`The topic ${topic} does not exist`, { cause: error })
    }
  }

  async function* read(topic: string, spans: Spans, signal: AbortSignal): AsyncGenerator<RawRecord> {
    await open(topic)
    const left = new Map([...spans].filter(([, { from, to }]) => from < to))
    for (let empty = 0; left.size > 0; empty++) {
      for (const fetched of await fetchPatiently(topic, left, signal)) {
        const { from, to } = left.get(fetched.partition) as Span
        const { records, next } = committedRecords(topic, from, fetched)
        for (const record of records) {
          signal.throwIfAborted()
          if (record.offset < to) yield record
        }
        if (next > from) empty = 0
        if (next < to) left.set(fetched.partition, { from: next, to })
        else left.delete(fetched.partition)
      }
      if (empty === EMPTY_ANSWERS) throwIfStuck(topic, left)
    }
  }

  async function fetchPatiently(
    topic: string,
    left: Map<number, Span>,
    signal: AbortSignal,
  ): Promise<FetchedPartition[]> {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted()
      try {
        if (attempt > 0) await cluster.refreshMetadata()
        return await fetchAll(topic, left)
      } catch (error) {
        if (isOutOfRange(error)) await skipDeleted(topic, left, error)
        else if (attempt === ATTEMPTS || !isTransient(error)) throw error
        await backOff(attempt, signal)
      }
    }
  }

  /** One fetch from each broker that leads some of the partitions. */
  async function fetchAll(topic: string, left: ReadonlyMap<number, Span>): Promise<FetchedPartition[]> {
    const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...left.keys()]))
    const answers = leaders.map(async ([nodeId, partitions]) => {
      const broker = await cluster.findBroker({ nodeId })
      const asked = partitions.map(partition => ({
        partition,
        fetchOffset: String(left.get(partition)?.from),
        maxBytes: PARTITION_BYTES,
      }))
      return broker.fetch({
        isolationLevel: READ_COMMITTED,
        maxWaitTime: MAX_WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [{ topic, partitions: asked }],
      })
    })
    return (await Promise.all(answers)).flatMap(({ responses }) => responses.flatMap(each => each.partitions))
  }

  /** Retention may delete records before they are read; what else is out of range is an error. */
  async function skipDeleted(topic: string, left: Map<number, Span>, error: OutOfRange): Promise<void> {
    const { partition } = error
    const low = (await openReader.spans(topic)).get(partition)?.from
    const { from, to } = left.get(partition) as Span
    if (low === undefined || low <= from) throw error
    if (low < to) left.set(partition, { from: low, to })
    else left.delete(partition)
  }
}

type OutOfRange = Error & { readonly partition: number }
const isOutOfRange = (error: unknown): error is OutOfRange =>
  error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange' && 'partition' in error

/** A stretch that is followed may be quiet for as long as it likes. */
function throwIfStuck(topic: string, left: Spans): void {
  for (const [partition, { from, to }] of left) {
    if (to === Number.POSITIVE_INFINITY) continue
    throw new Error(`${topic} gives no record of partition ${partition} from offset ${from} on, before ${to}`)
  }
}
