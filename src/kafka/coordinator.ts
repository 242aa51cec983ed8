import type { Kafka } from 'kafkajs'

export const COORDINATOR = { group: 0, transaction: 1 } as const

/** The broker that keeps a group's offsets, or the state of a transactional id. */
interface Coordinator {
  offsetCommit(request: object): Promise<unknown>
  initProducerId(request: { transactionalId: string; transactionTimeout: number }): Promise<unknown>
}

/** kafkajs's own connections to the brokers. */
export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(of: { groupId: string; coordinatorType: number }): Promise<Coordinator>
}

/** Runs `use` with connections to the brokers, for requests that kafkajs can make and does not offer. */
export async function withCluster<T>(kafka: Kafka, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const name = Object.getOwnPropertySymbols(kafka).find(symbol => String(symbol).includes('createCluster'))
  if (!name) throw new Error('kafkajs does not make its clusters as version 2.2.4 does')
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[name]
  const cluster = (create as (options: object) => Cluster).call(kafka, {})
  try {
    await cluster.connect()
    return await use(cluster)
  } finally {
    await cluster.disconnect()
  }
}
