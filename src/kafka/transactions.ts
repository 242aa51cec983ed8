import type { Kafka } from 'kafkajs'
import { backOff } from '../back-off.ts'
import type { Transactions } from '../ports.ts'
import { createCluster, withCluster } from './coordinator.ts'
import type { ReadingCluster } from './fetching.ts'
import { HangingTransactionError, Settling } from './settling.ts'
import { DirectProducer, type ProducerOptions } from './transactional-producer.ts'

export interface TransactionsOptions extends ProducerOptions {
  readonly kafka: Kafka
  readonly transactionTimeoutMs: number
}

export function createTransactions(options: TransactionsOptions): Transactions {
  const { kafka, topics, log } = options
  const settling = new Settling({ ...options, written: [topics.output.name, topics.errors.name] })
  const tell = (err: unknown) => {
    const event = 'transactions_not_settled'
    // No retry helps against this one, and readers of the output topic wait for it.
    if (err instanceof HangingTransactionError) log.warn({ event, err }, err.message)
    else log.debug({ event, err }, 'What others left open is not settled; trying again')
  }
  return {
    async open(transactionalId) {
      const cluster = createCluster<ReadingCluster>(kafka)
      try {
        await cluster.connect()
        return new DirectProducer(cluster, await settling.settle(cluster, transactionalId), options)
      } catch (error) {
        await cluster.disconnect().catch(tell)
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
