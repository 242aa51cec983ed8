import type { RecordMetadata } from 'kafkajs'
import { COORDINATOR, type Coordinator } from './coordinator.ts'
import type { ReadingCluster } from './fetching.ts'
import type { TopicOffsets } from './patch/txn-offset-commit.ts'

type Produced = Omit<RecordMetadata, 'topicName'>

/** One of kafkajs's brokers, as a transaction uses them. */
export interface ProducerBroker extends Coordinator {
  readonly connectionPool: Coordinator['connectionPool'] & { readonly pool: readonly Connection[] }
  produce(request: object): Promise<{
    readonly topics: readonly { readonly topicName: string; readonly partitions: readonly Produced[] }[]
  }>
  txnOffsetCommit(request: {
    readonly transactionalId: string
    readonly groupId: string
    readonly producerId: string
    readonly producerEpoch: number
    readonly topics: TopicOffsets
  }): Promise<unknown>
}

interface Connection {
  readonly socket?: object
  isConnected(): boolean
}

/**
 * The brokers that a producer has to do with, each by the one connection that it began with. kafkajs connects again
 * on its own; but a broker that was away may have forgotten the end of a transaction, and what a producer does after
 * that would be taken for part of it.
 */
export class ProducerBrokers {
  readonly #cluster: ReadingCluster
  readonly #found = new Map<string, Promise<ProducerBroker>>()
  readonly #connections = new Map<ProducerBroker, object | undefined>()

  constructor(cluster: ReadingCluster) {
    this.#cluster = cluster
  }

  /** Whether every connection is the one that it was from the start. */
  areSame(): boolean {
    return [...this.#connections].every(([broker, socket]) => {
      const connection = connectionOf(broker)
      return connection?.isConnected() && connection.socket === socket
    })
  }

  leader(nodeId: string): Promise<ProducerBroker> {
    return this.#find(`node ${nodeId}`, () => this.#cluster.findBroker({ nodeId }) as Promise<never>)
  }

  coordinator(groupId: string, of: keyof typeof COORDINATOR): Promise<ProducerBroker> {
    const sought = { groupId, coordinatorType: COORDINATOR[of] }
    return this.#find(`${of} ${groupId}`, () => this.#cluster.findGroupCoordinator(sought) as Promise<never>)
  }

  #find(name: string, find: () => Promise<ProducerBroker>): Promise<ProducerBroker> {
    const known = this.#found.get(name)
    if (known) return known
    const found = find().then(broker => {
      if (!this.#connections.has(broker)) this.#connections.set(broker, connectionOf(broker)?.socket)
      return broker
    })
    this.#found.set(name, found)
    return found
  }
}

/** The first of a pool is for all but fetches. */
const connectionOf = ({ connectionPool }: ProducerBroker): Connection | undefined => connectionPool.pool[0]
