import { setTimeout as sleep } from 'node:timers/promises'
import pgPromise from 'pg-promise'
import { createKafka } from '#src/kafka/client.ts'
import { alterTopic } from '#src/kafka/topic-changes.ts'
import { describeTopics } from '#src/kafka/topics.ts'
import { createLog } from '#src/observe/log.ts'
import type { FAULTS_SEEN } from '../../dev/docs/faults.ts'
import { startProduct } from '../../dev/product.ts'
import { SESSION_TIMEOUT_MS, type Slot, type World } from '../chaos/harness/world.ts'
import { forgetOffset } from '../support/forgotten.ts'

/** Breaks something; resolves with what mends it. */
type Provocation = (world: World) => Promise<() => Promise<void>>

const TOPICS = { raw: 'segment.raw', errors: 'edx.tracking.errors' }
const GROUP = 'segment-to-edx'
/** A record is larger; the marker that ends a transaction still fits. */
const MARKER_BYTES = 200
const UNKNOWN_FROM = 700_000_000
const log = createLog({ level: 'error', command: 'test' })
const kafkaOf = ({ stack }: World) => createKafka({ brokers: stack.kafka.brokers, clientId: 'provoke' }, log)

async function withAdmin<T>(
  world: World,
  use: (admin: ReturnType<ReturnType<typeof kafkaOf>['admin']>) => Promise<T>,
): Promise<T> {
  const admin = kafkaOf(world).admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

async function kill(slot: Slot): Promise<void> {
  slot.isTaken = true
  const { product } = slot
  product?.child.kill('SIGKILL')
  await product?.ended()
}

/** Lets the supervisor start them again. */
const release = (slots: readonly Slot[]) => {
  for (const slot of slots) slot.isTaken = false
}

export const PROVOKE: Readonly<Record<keyof typeof FAULTS_SEEN, Provocation>> = {
  async kafka_down({ stack }) {
    for (const node of stack.kafka.nodes) await node.kill()
    return async () => {
      for (const node of stack.kafka.nodes) await node.start()
    }
  },
  async database_down({ database }) {
    await database.refuse()
    return () => database.heal()
  },
  async database_slow({ database }) {
    database.slow(8_000)
    return () => database.heal()
  },
  async registry_down({ stack, slots }) {
    await stack.registry.kill()
    const [first] = slots as [Slot]
    await kill(first)
    release([first])
    return () => stack.registry.start()
  },
  async errors_refused(world) {
    const limit = (bytes: number) =>
      withAdmin(world, admin =>
        alterTopic(admin, TOPICS.errors, new Map([['max.message.bytes', String(bytes)]])),
      )
    const { maxMessageBytes = 0 } =
      (await withAdmin(world, admin => describeTopics(admin, [TOPICS.errors]))).get(TOPICS.errors) ?? {}
    await limit(MARKER_BYTES)
    return () => limit(maxMessageBytes)
  },
  async processor_gone({ slots }) {
    const [first] = slots as [Slot]
    await kill(first)
    return async () => release([first])
  },
  async processors_gone({ slots }) {
    await Promise.all(slots.map(kill))
    return async () => release(slots)
  },
  /** As the runbook mends it, by Kafka's own tool. */
  async transaction_hangs(world) {
    const { kafka } = world.stack
    await Promise.all(world.slots.map(kill))
    await sleep(SESSION_TIMEOUT_MS + 1_000)
    await forgetOffset(kafkaOf(world), { group: GROUP, topic: TOPICS.raw, partition: 0 })
    release(world.slots)
    return async () => {
      const tool = async (...args: string[]) => {
        const all = ['--bootstrap-server', kafka.brokers[0] as string, ...args]
        return (await kafka.tool('org.apache.kafka.tools.TransactionsCommand', all)).stdout
      }
      const found = await tool('find-hanging', '--broker-id', '1', '--max-transaction-timeout', '0')
      // With a limit of 0 it also finds what the processors have in hand, of their own topics.
      const row = /^__consumer_offsets\s+(\d+)\s+\d+\s+\S+\s+\S+\s+(\d+)/m
      const [, partition, start] = row.exec(found) ?? []
      const at = [
        '--topic',
        '__consumer_offsets',
        '--partition',
        `${partition}`,
        '--start-offset',
        `${start}`,
      ]
      await tool('abort', ...at)
    }
  },
  async retention_overtook(world) {
    await Promise.all(world.slots.map(kill))
    // So that there is something to lose.
    await sleep(3_000)
    await withAdmin(world, async admin => {
      const ends = await admin.fetchTopicOffsets(TOPICS.raw)
      const { high = '0' } = ends.find(({ partition }) => partition === 0) ?? {}
      await admin.deleteTopicRecords({ topic: TOPICS.raw, partitions: [{ partition: 0, offset: high }] })
    })
    release(world.slots)
    return async () => {
      await Promise.all(world.slots.map(kill))
      await sleep(SESSION_TIMEOUT_MS + 1_000)
      const goOn = ['replay', '--to-earliest', '--partitions', '0', '--execute']
      const replay = startProduct(goOn, world.settings)
      if ((await replay.ended()) !== 0) throw new Error(replay.output())
      release(world.slots)
    }
  },
  /** Events of many users whom the database knows only later. */
  async users_lost(world) {
    const stop = new AbortController()
    const posting = postStrangers(world.webhook, stop.signal)
    return async () => {
      stop.abort()
      await posting
      const sql = pgPromise({ noWarnings: true })(world.stack.postgres.url)
      const insert = `insert into auth_user (id, username)
        select id, 'stranger_' || id from generate_series($1::int, $1::int + 199) id`
      await sql.none(insert, [UNKNOWN_FROM])
      await sql.$pool.end()
    }
  },
}

async function postStrangers(webhook: () => string, stop: AbortSignal): Promise<void> {
  for (let n = 0; !stop.aborted; n++) {
    const events = Array.from({ length: 100 }, (_, i) => ({
      userId: UNKNOWN_FROM + ((n * 100 + i) % 200),
      action: 'Track',
      timestamp: '2026-11-01T10:20:30.123Z',
      receivedAt: '2026-11-01T10:20:31.000Z',
      properties: { event_type: 'e', event_source: 'mobile' },
    }))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(webhook(), { method: 'POST', headers, body: JSON.stringify(events) })
    await response.arrayBuffer()
    await sleep(100)
  }
}
