import type { Kafka } from 'kafkajs'

/** The broker that keeps a group's offsets. */
interface OffsetCommitter {
  offsetCommit(request: object): Promise<unknown>
}

interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(group: { groupId: string }): Promise<OffsetCommitter>
}

/** Runs `use` with the broker that keeps the group's offsets: kafkajs has it, and does not show it. */
export async function withGroupCoordinator<T>(
  kafka: Kafka,
  groupId: string,
  use: (coordinator: OffsetCommitter) => Promise<T>,
): Promise<T> {
  const name = Object.getOwnPropertySymbols(kafka).find(symbol => String(symbol).includes('createCluster'))
  if (!name) throw new Error('kafkajs does not make its clusters as version 2.2.4 does')
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[name]
  const cluster = (create as (options: object) => Cluster).call(kafka, {})
  try {
    await cluster.connect()
    return await use(await cluster.findGroupCoordinator({ groupId }))
  } finally {
    await cluster.disconnect()
  }
}
