import type { Kafka } from 'kafkajs'
import { COORDINATOR, type Coordinator, withCluster } from '#src/kafka/coordinator.ts'
import type { ReadingCluster } from '#src/kafka/fetching.ts'
import { offsetsOf } from '#src/kafka/patch/txn-offset-commit.ts'

/*
 * Transactions of which the coordinator does not know every partition, as after a crash in which Kafka forgot one.
 * Brokers let them pass once they are told not to verify: `transaction.partition.verification.enable`.
 */

export const setVerification = async (kafka: Kafka, enabled: boolean): Promise<void> => {
  const admin = kafka.admin()
  await admin.connect()
  const configEntries = [{ name: 'transaction.partition.verification.enable', value: String(enabled) }]
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: 4, name: '1', configEntries }] })
  await admin.disconnect()
}

export interface ProducerOf {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

interface GroupCoordinator extends Coordinator {
  txnOffsetCommit(request: object): Promise<unknown>
  joinGroup(request: object): Promise<{ memberId: string; generationId: number }>
  leaveGroup(request: object): Promise<unknown>
}

interface Place {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** As the group's only member, there for this only, within a transaction whose coordinator is not told. */
export async function commitOffset(
  cluster: ReadingCluster,
  producer: ProducerOf,
  { group: groupId, topic, partition }: Place,
  offset: number,
): Promise<void> {
  const of = { groupId, coordinatorType: COORDINATOR.group }
  const coordinator = (await cluster.findGroupCoordinator(of)) as GroupCoordinator
  const join = {
    ...{ groupId, memberId: '', sessionTimeout: 6_000, rebalanceTimeout: 6_000, protocolType: 'consumer' },
    groupProtocols: [{ name: 'any', metadata: Buffer.alloc(0) }],
  }
  const { memberId } = await coordinator.joinGroup(join).catch((error: { memberId: string }) => error)
  const member = await coordinator.joinGroup({ ...join, memberId })
  const topics = offsetsOf(member, [
    { topic, partitions: [{ partition, offset: String(offset), metadata: '' }] },
  ])
  await coordinator.txnOffsetCommit({ ...producer, groupId, topics })
  await coordinator.leaveGroup({ groupId, memberId })
}

/** A transaction that nobody will ever end holds back the offset of a partition. The group must be empty. */
export async function forgetOffset(kafka: Kafka, place: Place): Promise<void> {
  await setVerification(kafka, false)
  await withCluster<void, ReadingCluster>(kafka, async cluster => {
    const transactionalId = 'nobody-ends-it'
    const of = { groupId: transactionalId, coordinatorType: COORDINATOR.transaction }
    const coordinator = await cluster.findGroupCoordinator(of)
    const request = { transactionalId, transactionTimeout: 60_000 }
    const { producerId, producerEpoch } = await coordinator.initProducerId(request)
    const producer = { transactionalId, producerId: String(producerId), producerEpoch }
    await commitOffset(cluster, producer, place, 0)
  })
  await setVerification(kafka, true)
}
