import type { Kafka } from 'kafkajs'
import type { Asked } from './patch/transaction-states.ts'

export const COORDINATOR = { group: 0, transaction: 1 } as const

/** A transactional id's producer of the moment. */
interface ProducerOf {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

type TopicPartitions = readonly { readonly topic: string; readonly partitions: readonly number[] }[]

/** The broker that keeps a group's offsets, or the state of a transactional id. */
export interface Coordinator extends Asked {
  offsetCommit(request: object): Promise<unknown>
  offsetFetch(request: object): Promise<{ responses: readonly { readonly partitions: readonly object[] }[] }>
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>
  initProducerId(request: { transactionalId: string; transactionTimeout: number }): Promise<{
    readonly producerId: unknown
    readonly producerEpoch: number
  }>
  addPartitionsToTxn(request: ProducerOf & { readonly topics: TopicPartitions }): Promise<unknown>
  addOffsetsToTxn(request: ProducerOf & { readonly groupId: string }): Promise<unknown>
  endTxn(request: ProducerOf & { readonly transactionResult: boolean }): Promise<unknown>
}

/** kafkajs's own connections to the brokers. */
export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(of: { groupId: string; coordinatorType: number }): Promise<Coordinator>
}

/** Connections to the brokers, for requests that kafkajs can make and does not offer; not yet connected. */
export function createCluster<C extends Cluster>(kafka: Kafka, options: object = {}): C {
  const name = Object.getOwnPropertySymbols(kafka).find(symbol => String(symbol).includes('createCluster'))
  if (!name) throw new Error('kafkajs does not make its clusters as version 2.2.4 does')
  const create = (kafka as unknown as Record<symbol, (options: object) => C>)[name]
  return (create as (options: object) => C).call(kafka, options)
}

/** Runs `use` with connections that are closed behind it. */
export async function withCluster<T, C extends Cluster = Cluster>(
  kafka: Kafka,
  use: (cluster: C) => Promise<T>,
): Promise<T> {
  const cluster = createCluster<C>(kafka)
  try {
    await cluster.connect()
    return await use(cluster)
  } finally {
    await cluster.disconnect()
  }
}
