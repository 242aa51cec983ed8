import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka, Producer, Transaction } from 'kafkajs'
import { backOff } from '../back-off.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { OutputRecord } from '../pipeline/shapes.ts'
import {
  type AbortReason,
  type TransactionalProducer,
  TransactionError,
  type Transactions,
} from '../ports.ts'
import { typeOf } from './client-errors.ts'
import { COMPRESSION_TYPE, type Compression } from './codecs.ts'
import { withCluster } from './coordinator.ts'
import type { ReadingCluster } from './fetching.ts'
import { offsetsOf } from './patch/txn-offset-commit.ts'
import { produceRequests, type Topics, throwUnlessAcknowledged } from './produce-requests.ts'
import { Settling } from './settling.ts'

export interface TransactionsOptions {
  /** Of its own: kafkajs marks the offsets of a transaction as committed for everything made from one instance. */
  readonly kafka: Kafka
  readonly group: string
  readonly rawTopic: string
  readonly topics: Topics
  readonly transactionTimeoutMs: number
  /** Of what is written. */
  readonly compression: Compression
  readonly metrics: Metrics
  readonly log: Log
}

/** Soon again: usually only the markers of the transaction before are still being written. */
const RETRY = { initialRetryTime: 5, maxRetryTime: 200, retries: 20 }
const CONCURRENT_ATTEMPTS = 200
/** How long a broker may wait for its replicas; less than the client waits for the broker. */
const ACKNOWLEDGE_MS = 8_000

export function createTransactions(options: TransactionsOptions): Transactions {
  const { kafka, transactionTimeoutMs: transactionTimeout, topics, log } = options
  const settling = new Settling({ ...options, written: Object.values(topics) })
  const tell = (err: unknown) =>
    log.debug(
      { event: 'transactions_not_settled', err },
      'What others left open is not settled; trying again',
    )
  return {
    async open(transactionalId) {
      await withCluster<void, ReadingCluster>(kafka, cluster => settling.settle(cluster, transactionalId))
      const producer = kafka.producer({
        transactionalId,
        transactionTimeout,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        retry: RETRY,
      })
      try {
        await producer.connect()
        return transactionalProducer(producer, await producer.transaction(), options)
      } catch (error) {
        drop(producer, log)
        throw error
      }
    },

    async settle(transactionalIds, signal) {
      let left = transactionalIds
      for (let attempt = 0; left.length > 0 && !signal.aborted; attempt++) {
        if (attempt > 0) await backOff(attempt - 1, signal)
        left = await withCluster<readonly string[], ReadingCluster>(kafka, async cluster => {
          const answers = await Promise.allSettled(left.map(id => settling.settle(cluster, id)))
          for (const answer of answers) if (answer.status === 'rejected') tell(answer.reason)
          return left.filter((_, i) => answers[i]?.status === 'rejected')
        }).catch(error => {
          tell(error)
          return left
        })
      }
    },
  }
}

function transactionalProducer(
  producer: Producer,
  first: Transaction,
  options: TransactionsOptions,
): TransactionalProducer {
  const { group, rawTopic } = options
  let begun: Transaction | null = first
  return {
    async commit({ session, records, offsets }) {
      let step: AbortReason = 'internal'
      try {
        const transaction = begun ?? (await producer.transaction())
        begun = null
        step = 'produce_failed'
        await sendAll(transaction, records, options)
        step = 'offset_commit_failed'
        const partitions = [...offsets].map(([partition, { offset, metadata }]) => ({
          partition,
          offset: String(offset),
          metadata,
        }))
        // The batches' own member and generation, never the present one: that is what a paused process lacks.
        const topics = offsetsOf(session, [{ topic: rawTopic, partitions }])
        await whileConcurrent(() => transaction.sendOffsets({ consumerGroupId: group, topics }))
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
  { topics, compression, metrics }: TransactionsOptions,
): Promise<void> {
  for (const request of produceRequests(records, topics)) {
    const startedAt = performance.now()
    const count = (result: 'ok' | 'error') => {
      for (const { topic, messages } of request) {
        metrics.count('producer_records_total', { topic, result }, messages.length)
        const seconds = (performance.now() - startedAt) / 1_000
        metrics.observe('producer_send_duration_seconds', { topic }, seconds)
      }
    }
    try {
      const answer = await transaction.sendBatch({
        topicMessages: request,
        acks: -1,
        timeout: ACKNOWLEDGE_MS,
        compression: COMPRESSION_TYPE[compression],
      })
      throwUnlessAcknowledged(request, answer)
    } catch (error) {
      count('error')
      throw error
    }
    count('ok')
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

function drop(producer: Producer, log: Log): void {
  producer.disconnect().catch(err => {
    log.debug(
      { event: 'producer_not_disconnected', err },
      'A producer that is not used any more did not close',
    )
  })
}
