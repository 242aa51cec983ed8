import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka, Message, Producer, RecordMetadata, Transaction } from 'kafkajs'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { recordBytes } from '../pipeline/route.ts'
import type { OutputRecord } from '../pipeline/shapes.ts'
import {
  type AbortReason,
  type Round,
  type TransactionalProducer,
  TransactionError,
  type Transactions,
} from '../ports.ts'
import { setGroupMember } from './patch/txn-offset-commit.ts'

export interface TransactionsOptions {
  /** Of its own, apart from the consumer's. */
  readonly kafka: Kafka
  readonly group: string
  readonly rawTopic: string
  readonly topics: { readonly output: string; readonly errors: string }
  readonly transactionTimeoutMs: number
  readonly metrics: Metrics
  readonly log: Log
}

/** Of one partition's records in one produce request: below Kafka's usual limit for a batch, which has no parts. */
const BATCH_BYTES = 900_000
/** Sending goes on at once where the markers of the transaction before are still being written. */
const RETRY = { initialRetryTime: 5, maxRetryTime: 200, retries: 20 }
const CONCURRENT_ATTEMPTS = 200

export function createTransactions(options: TransactionsOptions): Transactions {
  const connect = async (transactionalId: string) => {
    const producer = options.kafka.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: options.transactionTimeoutMs,
      allowAutoTopicCreation: false,
      retry: RETRY,
    })
    try {
      await producer.connect()
      // Its InitProducerId fences whoever used the id before, and settles what he left open.
      return { producer, first: await producer.transaction() }
    } catch (error) {
      drop(producer, options.log)
      throw error
    }
  }
  return {
    async open(transactionalId) {
      const { producer, first } = await connect(transactionalId)
      return transactionalProducer(producer, first, transactionalId, options)
    },
    async settle(transactionalId) {
      const { producer } = await connect(transactionalId)
      drop(producer, options.log)
    },
  }
}

function transactionalProducer(
  producer: Producer,
  first: Transaction,
  transactionalId: string,
  options: TransactionsOptions,
): TransactionalProducer {
  const { group, rawTopic } = options
  let begun: Transaction | null = first
  return {
    async commit({ session, records, offsets }: Round) {
      let step: AbortReason = 'produce_failed'
      try {
        const transaction = begun ?? (await producer.transaction())
        begun = null
        await sendAll(transaction, records, options)
        step = 'offset_commit_failed'
        // The batches' own member and generation, never the present one: that is what a paused process lacks.
        setGroupMember(transactionalId, session)
        const partitions = [...offsets].map(([partition, { offset, metadata }]) => ({
          partition,
          offset: String(offset),
          metadata,
        }))
        await whileConcurrent(() =>
          transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic: rawTopic, partitions }] }),
        )
        step = 'internal'
        await transaction.commit()
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error))
        throw new TransactionError(reasonOf(cause, step), cause)
      }
    },
    discard: () => drop(producer, options.log),
  }
}

/** Sends to the partitions that the records name. Throws unless Kafka has acknowledged every one of them. */
async function sendAll(
  transaction: Transaction,
  records: readonly OutputRecord[],
  { topics, metrics }: TransactionsOptions,
): Promise<void> {
  for (const to of ['output', 'errors'] as const) {
    const topic = topics[to]
    for (const messages of requests(records.filter(record => record.to === to))) {
      const startedAt = performance.now()
      const answer = await transaction.send({ topic, messages, acks: -1 }).catch(error => {
        metrics.count('producer_records_total', { topic, result: 'error' }, messages.length)
        throw error
      })
      metrics.observe('producer_send_duration_seconds', { topic }, (performance.now() - startedAt) / 1_000)
      throwUnlessAcknowledged(topic, messages, answer)
      metrics.count('producer_records_total', { topic, result: 'ok' }, messages.length)
    }
  }
}

type Addressed = Message & { readonly partition: number }

/** Splits records into produce requests, with at most one batch of a partition in each and their order kept. */
function requests(records: readonly OutputRecord[]): Addressed[][] {
  const filled: Addressed[][] = []
  const current = new Map<number, { request: number; bytes: number }>()
  for (const record of records) {
    const bytes = recordBytes(record)
    const place = current.get(record.partition) ?? { request: 0, bytes: 0 }
    if (place.bytes > 0 && place.bytes + bytes > BATCH_BYTES) {
      place.request++
      place.bytes = 0
    }
    place.bytes += bytes
    current.set(record.partition, place)
    filled[place.request] ??= []
    filled[place.request]?.push(messageOf(record))
  }
  return filled
}

const messageOf = ({ partition, key, value, timestamp, headers }: OutputRecord): Addressed => ({
  partition,
  key,
  value,
  timestamp: String(timestamp),
  headers: { ...headers },
})

/** On several brokers kafkajs can resolve without having sent a partition whose leader moved meanwhile. */
function throwUnlessAcknowledged(
  topic: string,
  messages: readonly Addressed[],
  answer: RecordMetadata[],
): void {
  for (const partition of new Set(messages.map(message => message.partition))) {
    const answers = answer.filter(a => a.topicName === topic && a.partition === partition)
    // Two answers are two writes: the leader moved, and kafkajs sent again.
    if (answers.length !== 1 || answers[0]?.errorCode !== 0) {
      throw new Error(`Kafka did not acknowledge partition ${partition} of ${topic} exactly once`)
    }
  }
}

/** sendOffsets does not repeat itself while the markers of the transaction before are being written. */
async function whileConcurrent<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (typeOf(error) !== 'CONCURRENT_TRANSACTIONS' || attempt === CONCURRENT_ATTEMPTS) throw error
      await sleep(5 + Math.random() * 10)
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

function typeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('type' in e && typeof e.type === 'string') return e.type
  }
  return undefined
}

function drop(producer: Producer, log: Log): void {
  producer.disconnect().catch(err => {
    log.debug(
      { event: 'producer_not_disconnected', err },
      'A producer that is not used any more did not close',
    )
  })
}
