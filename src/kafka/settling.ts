import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../observe/log.ts'
import { typeOf } from './client-errors.ts'
import { COORDINATOR, type Coordinator } from './coordinator.ts'
import type { ReadingCluster } from './fetching.ts'
import { type Asked, openTransactions, transactionState } from './patch/transaction-states.ts'

/*
 * InitProducerId fences who used a transactional id before, and ends what he left open. But Kafka (4.3.1) can call
 * a transaction complete that is not: where a partition has no leader when the marker of the end is due, as while a
 * broker comes back after a crash, the coordinator takes it for deleted and leaves the marker out. There the
 * records stay open, and the next transaction of the same producer would commit them with its own: twice what a
 * new attempt has written again. So the leaders are asked too, and what they still hold open is ended as the
 * coordinator had decided. docs/decisions/0004-forgotten-transactions.md has the whole story.
 */

export interface SettlingOptions {
  readonly group: string
  readonly rawTopic: string
  /** The topics that transactions write to. */
  readonly written: readonly string[]
  readonly transactionTimeoutMs: number
  readonly log: Log
}

type Decision = 'commit' | 'abort'

/** A transactional id's producer, by which it writes. */
export interface Id {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

/** A producer's transaction is open somewhere, and nobody knows any more how it was to end: a person has to look. */
export class HangingTransactionError extends Error {
  override readonly name = 'HangingTransactionError'
}

const DECISIONS: Readonly<Record<string, Decision>> = {
  PrepareCommit: 'commit',
  CompleteCommit: 'commit',
  PrepareAbort: 'abort',
  CompleteAbort: 'abort',
}
const PAUSE_MS = 20
/** Of the coordinator, to write the markers of one transaction. */
const COMPLETE_WITHIN_MS = 10_000
/** How often an end is repeated in one go: the markers of that one can be left out as well. */
const REPETITIONS = 3

export class Settling {
  readonly #options: SettlingOptions
  /** Of ids that are being settled: once they are fenced Kafka does not tell it any more. */
  readonly #decisions = new Map<string, Decision>()

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  /**
   * Resolves when nobody can write under this id any more as who had it before, and nothing of his is open: with
   * the producer that may.
   * Throws what Kafka answers instead, to be tried again, and HangingTransactionError.
   */
  async settle(cluster: ReadingCluster, transactionalId: string): Promise<Id> {
    const { written, rawTopic, group, log } = this.#options
    await cluster.addMultipleTargetTopics([...written, rawTopic])
    for (let repetitions = 0; ; repetitions++) {
      const id = await this.#fence(cluster, transactionalId)
      const open = await openOf(cluster, written, id)
      const decision = this.#decisions.get(transactionalId)
      const isDone = open.length === 0 && (!decision || repetitions > 0 || (await this.#areStable(cluster)))
      if (isDone) {
        this.#decisions.delete(transactionalId)
        return id
      }
      const places = open.map(({ topic, partitions }) => `${topic} [${partitions}]`).join(', ')
      if (!decision) throw new HangingTransactionError(hanging(id, places))
      if (repetitions === REPETITIONS) {
        throw new Error(
          `Kafka leaves a transaction of ${transactionalId} open on ${places}, however often it is ended`,
        )
      }
      if (open.length > 0) {
        log.warn(
          { event: 'transaction_forgotten', group, transactionalId, places, decision },
          `Kafka had left a transaction open on ${places}; it is ended as was decided: ${decision}`,
        )
      }
      await end(cluster, id, { decision, open, group })
    }
  }

  /** A newer epoch of the id, once the transaction before is complete for its coordinator. */
  async #fence(cluster: ReadingCluster, transactionalId: string): Promise<Id> {
    const { transactionTimeoutMs: transactionTimeout } = this.#options
    const of = { groupId: transactionalId, coordinatorType: COORDINATOR.transaction }
    const coordinator = await cluster.findGroupCoordinator(of)
    for (const deadline = Date.now() + COMPLETE_WITHIN_MS; ; await sleep(PAUSE_MS)) {
      this.#remember(transactionalId, await transactionState(coordinator, transactionalId))
      try {
        const initialized = await coordinator.initProducerId({ transactionalId, transactionTimeout })
        const { producerId, producerEpoch } = initialized
        return { transactionalId, producerId: String(producerId), producerEpoch }
      } catch (error) {
        // The transaction before is being ended; by this very request, if it was under way.
        if (typeOf(error) !== 'CONCURRENT_TRANSACTIONS' || Date.now() > deadline) throw error
      }
    }
  }

  #remember(transactionalId: string, state: string | null): void {
    const decision = DECISIONS[state ?? '']
    if (decision) this.#decisions.set(transactionalId, decision)
    // Whatever was decided before has an end, or this could not have begun.
    else if (state === 'Ongoing') this.#decisions.delete(transactionalId)
  }

  /** Whether no transaction holds back any of the group's offsets. */
  async #areStable(cluster: ReadingCluster): Promise<boolean> {
    const { group: groupId, rawTopic: topic } = this.#options
    const partitions = partitionsOf(cluster, topic).map(partition => ({ partition }))
    const coordinator = await cluster.findGroupCoordinator({ groupId, coordinatorType: COORDINATOR.group })
    const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] })
    return responses[0]?.partitions.length === partitions.length
  }
}

const partitionsOf = (cluster: ReadingCluster, topic: string) =>
  cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)

type Places = Awaited<ReturnType<typeof openTransactions>>

/** Where the leaders hold a transaction of this producer open. */
async function openOf(cluster: ReadingCluster, topics: readonly string[], id: Id): Promise<Places> {
  await cluster.refreshMetadata()
  const byLeader = new Map<string, Map<string, number[]>>()
  for (const topic of topics) {
    const leaders = cluster.findLeaderForPartitions(topic, partitionsOf(cluster, topic))
    // A partition without a leader is of the broker −1, which is not found.
    for (const [leader, partitions] of Object.entries(leaders)) {
      const of = byLeader.get(leader) ?? new Map<string, number[]>()
      byLeader.set(leader, of.set(topic, partitions))
    }
  }
  const answers = [...byLeader].map(async ([nodeId, partitions]) => {
    const leader = (await cluster.findBroker({ nodeId })) as unknown as Asked
    return openTransactions(leader, partitions, id.producerId)
  })
  return (await Promise.all(answers)).flat()
}

interface Ending {
  readonly decision: Decision
  readonly open: Places
  readonly group: string
}

/** Ends in these places, and on the group's offsets, what the coordinator takes for ended. */
async function end(
  cluster: ReadingCluster,
  id: Id,
  { decision, open, group: groupId }: Ending,
): Promise<void> {
  const of = { groupId: id.transactionalId, coordinatorType: COORDINATOR.transaction }
  const coordinator: Coordinator = await cluster.findGroupCoordinator(of)
  if (open.length > 0) await coordinator.addPartitionsToTxn({ ...id, topics: open })
  await coordinator.addOffsetsToTxn({ ...id, groupId })
  await coordinator.endTxn({ ...id, transactionResult: decision === 'commit' })
}

const hanging = ({ transactionalId }: Id, places: string) =>
  `A transaction of ${transactionalId} is open on ${places}, and Kafka does not tell how it was to end: ` +
  'see docs/runbook.md, HangingTransaction'
