import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { OutputRecord } from '../pipeline/output-record.ts'
import { type AbortReason, type Round, type TransactionalProducer, TransactionError } from '../ports.ts'
import { typeOf } from './client-errors.ts'
import { COMPRESSION_TYPE, type Compression } from './codecs.ts'
import type { ReadingCluster } from './fetching.ts'
import { offsetsOf } from './patch/txn-offset-commit.ts'
import {
  type ProduceRequest,
  produceRequests,
  type Topics,
  throwUnlessAcknowledged,
} from './produce-requests.ts'
import { ProducerBrokers } from './producer-brokers.ts'
import type { Id } from './settling.ts'

export interface ProducerOptions {
  readonly group: string
  readonly rawTopic: string
  readonly topics: Topics
  /** Of what is written. */
  readonly compression: Compression
  readonly metrics: Metrics
  readonly log: Log
}

const CONCURRENT_ATTEMPTS = 200
/** After as many records of a partition they begin anew. */
const SEQUENCES = 2 ** 31
/** How long a broker may wait for its replicas; less than the client waits for the broker. */
const ACKNOWLEDGE_MS = 8_000

/**
 * One transaction after another, by kafkajs's requests and without its producer: that sends records again while it is
 * still sending them, where they go to several brokers and one of these refuses them at first. Here nothing is ever
 * sent twice: whatever fails is known at once, and this producer is spent.
 */
export class DirectProducer implements TransactionalProducer {
  readonly #cluster: ReadingCluster
  readonly #brokers: ProducerBrokers
  readonly #id: Id
  readonly #options: ProducerOptions
  /** By topic and partition: of the next record. */
  readonly #sequences = new Map<string, number>()

  /** `cluster` is connected, knows the topics, and is closed with the producer. */
  constructor(cluster: ReadingCluster, id: Id, options: ProducerOptions) {
    this.#cluster = cluster
    this.#brokers = new ProducerBrokers(cluster)
    this.#id = id
    this.#options = options
  }

  isUsable(): boolean {
    return this.#brokers.areSame()
  }

  async commit({ session, records, offsets }: Round): Promise<void> {
    if (!this.isUsable()) throw new TransactionError('internal', new Error('A broker was away meanwhile'))
    const { group, rawTopic } = this.#options
    const requests = produceRequests(records, this.#options.topics)
    const partitions = [...offsets].map(([partition, { offset, metadata }]) => ({
      partition,
      offset: String(offset),
      metadata,
    }))
    // The batches' own member and generation, never the present one: that is what a paused process lacks.
    const topics = offsetsOf(session, [{ topic: rawTopic, partitions }])
    const transactions = await this.#transactions()
    const produce = async () => {
      await this.#addPartitions(requests)
      await this.#produce(requests)
    }
    const commitOffsets = async () => {
      const coordinator = await this.#brokers.coordinator(group, 'group')
      await whileConcurrent(() => transactions.addOffsetsToTxn({ ...this.#id, groupId: group }))
      await coordinator.txnOffsetCommit({ ...this.#id, groupId: group, topics })
    }
    // Each half makes itself part of the transaction before it writes; whichever comes first begins it.
    await allOf([during('produce_failed', produce()), during('offset_commit_failed', commitOffsets())])
    await during('internal', transactions.endTxn({ ...this.#id, transactionResult: true }))
    // Only now: where something fails nobody knows who still looks at them.
    for (const { chunk } of records) chunk.givenBack()
  }

  discard(): void {
    this.#cluster.disconnect().catch(err => {
      const text = 'A producer that is not used any more did not close'
      this.#options.log.debug({ event: 'producer_not_disconnected', err }, text)
    })
  }

  #transactions() {
    return this.#brokers.coordinator(this.#id.transactionalId, 'transaction')
  }

  async #addPartitions(requests: readonly ProduceRequest[]): Promise<void> {
    const places = new Map<string, Set<number>>()
    for (const [topic, batches] of requests.flatMap(request => [...request])) {
      const partitions = places.get(topic) ?? new Set()
      places.set(topic, partitions)
      for (const partition of batches.keys()) partitions.add(partition)
    }
    if (places.size === 0) return
    const transactions = await this.#transactions()
    const topics = [...places].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }))
    // The markers of the transaction before may still be on their way.
    await whileConcurrent(() => transactions.addPartitionsToTxn({ ...this.#id, topics }))
  }

  /** One request after another, since together they would be more than a broker takes at once. */
  async #produce(requests: readonly ProduceRequest[]): Promise<void> {
    for (const request of requests) await this.#counted(request, () => this.#produceOne(request))
  }

  async #produceOne(request: ProduceRequest): Promise<void> {
    const { compression } = this.#options
    const sending = [...this.#byLeader(request)].map(async ([nodeId, topicData]) => {
      const leader = await this.#brokers.leader(nodeId)
      const settings = { acks: -1, timeout: ACKNOWLEDGE_MS, compression: COMPRESSION_TYPE[compression] }
      const { topics } = await leader.produce({ ...this.#id, ...settings, topicData })
      return topics.flatMap(({ topicName, partitions }) => partitions.map(one => ({ topicName, ...one })))
    })
    const partitions = [...request].map(([topic, batches]) => [topic, batches.keys()] as const)
    throwUnlessAcknowledged(partitions, (await allOf(sending)).flat())
  }

  /** What goes to each broker, with the sequence by which the partition's leader tells what it has already. */
  #byLeader(request: ProduceRequest): Map<string, TopicData[]> {
    const all = new Map<string, TopicData[]>()
    for (const [topic, batches] of request) {
      const leaders = this.#cluster.findLeaderForPartitions(topic, [...batches.keys()])
      for (const [nodeId, partitions] of Object.entries(leaders)) {
        const topics = all.get(nodeId) ?? []
        const own = partitions.map(Number).map(partition => {
          const messages = batches.get(partition) ?? []
          return {
            partition,
            firstSequence: this.#takeSequences(`${topic} ${partition}`, messages.length),
            messages,
          }
        })
        all.set(nodeId, [...topics, { topic, partitions: own }])
      }
    }
    return all
  }

  #takeSequences(place: string, count: number): number {
    const first = this.#sequences.get(place) ?? 0
    this.#sequences.set(place, (first + count) % SEQUENCES)
    return first
  }

  async #counted(request: ProduceRequest, send: () => Promise<void>): Promise<void> {
    const { metrics } = this.#options
    const startedAt = performance.now()
    const count = (result: 'ok' | 'error') => {
      const seconds = (performance.now() - startedAt) / 1_000
      for (const [topic, batches] of request) {
        const records = [...batches.values()].reduce((sum, { length }) => sum + length, 0)
        metrics.count('producer_records_total', { topic, result }, records)
        metrics.observe('producer_send_duration_seconds', { topic }, seconds)
      }
    }
    await send().catch(error => {
      count('error')
      throw error
    })
    count('ok')
  }
}

/** What kafkajs's produce request takes. */
interface TopicData {
  readonly topic: string
  readonly partitions: readonly {
    readonly partition: number
    readonly firstSequence: number
    readonly messages: readonly OutputRecord[]
  }[]
}

/** All of them have ended when it throws: nothing is under way any more. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(work)
  return ended.map(one => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

/** Throws TransactionError, which says what was being done. */
async function during<T>(step: AbortReason, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    throw new TransactionError(reasonOf(cause, step), cause)
  }
}

async function whileConcurrent<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (typeOf(error) !== 'CONCURRENT_TRANSACTIONS' || attempt === CONCURRENT_ATTEMPTS) throw error
      // Soon at first, since those markers are written within a millisecond or two.
      await sleep(Math.min(attempt, 10) * (0.5 + Math.random()))
    }
  }
}

function reasonOf(error: Error, step: AbortReason): AbortReason {
  const type = typeOf(error)
  if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION') return 'rebalance'
  if (type === 'INVALID_PRODUCER_EPOCH' || type === 'PRODUCER_FENCED') return 'fenced'
  if (type === 'REQUEST_TIMED_OUT' || error.name === 'KafkaJSRequestTimeoutError') return 'timeout'
  return step
}
