import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { COORDINATOR, type Coordinator, createCluster, withCluster } from '#src/kafka/coordinator.ts'
import type { ReadingCluster } from '#src/kafka/fetching.ts'
import { transactionState } from '#src/kafka/patch/transaction-states.ts'
import { tryTransactionalId } from '#src/kafka/permissions.ts'
import { HangingTransactionError, Settling } from '#src/kafka/settling.ts'
import { createTopicReader } from '#src/kafka/topic-reader.ts'
import { createLog } from '#src/observe/log.ts'
import { cluster, own } from '../support/cluster.ts'
import { commitOffset, setVerification } from '../support/forgotten.ts'

/*
 * A coordinator that forgets a partition, as Kafka 4.3.1 does where that has no leader when the marker is due: here
 * the partition is never made known to it, which brokers let pass once they are told not to verify.
 */

const RAW_PARTITIONS = 2
const { kafka, admin, create } = cluster()
const reader = createTopicReader(kafka)
beforeAll(async () => {
  await setVerification(kafka, false)
  // A coordinator that nobody has asked before loads its state first.
  await tryTransactionalId(kafka, 'settling-test', AbortSignal.timeout(20_000))
})
afterAll(async () => {
  await setVerification(kafka, true)
  await reader.close()
})

let names: ReturnType<typeof own>
let id: string
beforeEach(async () => {
  names = own()
  id = `${names.group}-${names.raw}-0`
  await create(names.raw, RAW_PARTITIONS)
  await create(names.output, 2)
})

interface Leader {
  produce(request: object): Promise<unknown>
}
const inCluster = (use: (cluster: ReadingCluster) => Promise<void>) =>
  withCluster<void, ReadingCluster>(kafka, async cluster => {
    await cluster.addMultipleTargetTopics([names.output])
    await use(cluster)
  })

/** A transaction that writes to both partitions, and whose coordinator knows of the first only. */
function forgetful(end: 'commit' | 'abort' | 'open', { offset }: { offset?: number } = {}): Promise<void> {
  return inCluster(async cluster => {
    const of = { groupId: id, coordinatorType: COORDINATOR.transaction }
    const coordinator = await cluster.findGroupCoordinator(of)
    const { producerId, producerEpoch } = await coordinator.initProducerId({
      transactionalId: id,
      transactionTimeout: 60_000,
    })
    const producer = { transactionalId: id, producerId: String(producerId), producerEpoch }
    const topics = [{ topic: names.output, partitions: [0] }]
    await coordinator.addPartitionsToTxn({ ...producer, topics })
    const leader = (await cluster.findBroker({ nodeId: '1' })) as unknown as Leader
    for (const partition of [0, 1]) {
      const messages = [{ key: null, value: Buffer.from(`by ${end}`), timestamp: 1, headers: {} }]
      const partitions = [{ partition, firstSequence: 0, messages }]
      const topicData = [{ topic: names.output, partitions }]
      await leader.produce({ ...producer, topicData, acks: -1, timeout: 5_000 })
    }
    const place = { group: names.group, topic: names.raw, partition: 0 }
    if (offset !== undefined) await commitOffset(cluster, producer, place, offset)
    if (end === 'open') return
    await coordinator.endTxn({ ...producer, transactionResult: end === 'commit' })
    await completion(coordinator)
  })
}

/** A coordinator answers before the markers are written. */
const completion = (coordinator: Coordinator) =>
  expect.poll(() => transactionState(coordinator, id), { interval: 10 }).toMatch(/^Complete/)

const log = createLog({ level: 'error', command: 'test' })
const settling = () => {
  const { group, raw: rawTopic, output } = names
  return new Settling({ group, rawTopic, written: [output], transactionTimeoutMs: 10_000, log })
}
const settle = (by = settling()) => inCluster(async cluster => void (await by.settle(cluster, id)))

/** What read_committed sees, and whether anything is open behind it. */
async function committed() {
  const values: string[] = []
  const spans = await reader.spans(names.output)
  for await (const { partition, value } of reader.read(names.output, spans, AbortSignal.timeout(20_000)))
    values.push(`${partition} ${value}`)
  return { values: values.sort(), isOpen: (await writtenTo()) > [...spans.values()].reduce(endOf, 0) }
}

const endOf = (sum: number, { to }: { to: number }) => sum + to

/** The ends of both partitions, added: whether committed or not. */
async function writtenTo(): Promise<number> {
  const uncommitted = createCluster<ReadingCluster>(kafka, { isolationLevel: 0 })
  await uncommitted.connect()
  await uncommitted.addTargetTopic(names.output)
  const partitions = [0, 1].map(partition => ({ partition }))
  const asked = [{ topic: names.output, partitions, fromBeginning: false }]
  const [answer] = await uncommitted.fetchTopicsOffset(asked)
  await uncommitted.disconnect()
  return answer?.partitions.reduce((sum, { offset }) => sum + Number(offset), 0) ?? 0
}

/** Another transaction of the same id, as a new attempt makes it. */
async function again() {
  const producer = kafka.producer({ transactionalId: id, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  const messages = [0, 1].map(partition => ({ partition, value: 'again' }))
  await transaction.send({ topic: names.output, messages })
  await transaction.commit()
  await producer.disconnect()
  await inCluster(async cluster => {
    const of = { groupId: id, coordinatorType: COORDINATOR.transaction }
    await completion(await cluster.findGroupCoordinator(of))
  })
}

test('without settling, the next transaction commits what the one before had left', async () => {
  await forgetful('abort')
  expect(await committed()).toEqual({ values: [], isOpen: true })
  await again()
  expect((await committed()).values).toEqual(['0 again', '1 again', '1 by abort'])
})

test('an abort that was left out somewhere is made good', async () => {
  await forgetful('abort')
  await settle()
  expect(await committed()).toEqual({ values: [], isOpen: false })
  await again()
  expect((await committed()).values).toEqual(['0 again', '1 again'])
})

test('a commit that was left out somewhere is made good: nothing of it is lost', async () => {
  await forgetful('commit')
  expect(await committed()).toEqual({ values: ['0 by commit'], isOpen: true })
  await settle()
  expect(await committed()).toEqual({ values: ['0 by commit', '1 by commit'], isOpen: false })
})

test('what is still under way is aborted, also where the coordinator does not know of it', async () => {
  await forgetful('open')
  await settle()
  expect(await committed()).toEqual({ values: [], isOpen: false })
})

test('offsets that were left out follow the records', async () => {
  const offsets = async () => (await admin.fetchOffsets({ groupId: names.group, topics: [names.raw] }))[0]
  await forgetful('commit', { offset: 5 })
  expect((await offsets())?.partitions.map(({ partition }) => partition)).not.toContain(0)
  await settle()
  expect((await offsets())?.partitions).toContainEqual(expect.objectContaining({ partition: 0, offset: '5' }))
})

test('where nobody knows the decision any more, nothing is guessed', async () => {
  await forgetful('commit')
  // As after a process that was killed between the two.
  await inCluster(async cluster => {
    const of = { groupId: id, coordinatorType: COORDINATOR.transaction }
    const request = { transactionalId: id, transactionTimeout: 10_000 }
    await (await cluster.findGroupCoordinator(of)).initProducerId(request)
  })
  await expect(settle()).rejects.toThrow(HangingTransactionError)
  await expect(settle()).rejects.toThrow(`open on ${names.output} [1]`)
})

test('the decision is kept from one attempt to the next', async () => {
  await forgetful('commit')
  const by = settling()
  // The first attempt fences the id, and then the leaders do not answer.
  await inCluster(cluster => {
    const deaf = Object.assign(Object.create(cluster) as ReadingCluster, {
      findLeaderForPartitions: () => {
        throw new Error('no leader')
      },
    })
    return expect(by.settle(deaf, id)).rejects.toThrow('no leader')
  })
  await settle(by)
  expect((await committed()).values).toEqual(['0 by commit', '1 by commit'])
})
