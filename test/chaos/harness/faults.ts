import { setTimeout as sleep } from 'node:timers/promises'
import { createKafka } from '#src/kafka/client.ts'
import { alterTopic } from '#src/kafka/topic-changes.ts'
import { describeTopics } from '#src/kafka/topics.ts'
import { createLog } from '#src/observe/log.ts'
import type { Random } from '../../../dev/demo/random.ts'
import type { EndTxnFault } from './broker-proxy.ts'
import type { Locks } from './locks.ts'
import { SESSION_TIMEOUT_MS, type Slot, type World } from './world.ts'

/** What a fault has to do with: it breaks something, and mends it again. */
export interface Site {
  readonly world: World
  readonly locks: Locks
  readonly random: Random
}

type Fault = (site: Site) => Promise<void>

const between = (random: Random, from: number, to: number) => from + random.below(to - from)
const ERROR_TOPIC = 'edx.tracking.errors'
/** A record is larger; the marker that ends a transaction still fits. */
const MARKER_BYTES = 200
const END_TXN_WITHIN_MS = 8_000

/** Has a processor to itself until the work is done. */
const withProcessor = ({ world, locks, random }: Site, work: (slot: Slot) => Promise<void>) => {
  const index = random.below(world.slots.length)
  return locks.run(`processor ${index}`, async () => {
    const slot = world.slots[index] as Slot
    slot.isTaken = true
    try {
      await work(slot)
    } finally {
      slot.isTaken = false
    }
  })
}

const killBroker =
  (signal: 'SIGKILL' | 'SIGTERM'): Fault =>
  ({ world, locks, random }) =>
    locks.run('brokers', async () => {
      const node = random.pick(world.stack.kafka.nodes)
      await node.kill(signal)
      await sleep(between(random, 500, 4_000))
      await node.start()
      // Three brokers never miss two of themselves: a topic needs two replicas in sync.
      if (world.stack.kafka.nodes.length > 1) await sleep(6_000)
    })

const atEndTxn =
  (fault: EndTxnFault): Fault =>
  async ({ world, locks, random }) => {
    const index = random.below(world.proxies.length)
    await locks.run(`proxy ${index}`, async () => {
      await world.proxies[index]?.onEndTxn(fault, END_TXN_WITHIN_MS)
    })
  }

/** The topic takes no record for a while. */
const refuseErrors: Fault = ({ world, locks }) =>
  locks.run('brokers', async () => {
    const { brokers } = world.stack.kafka
    const kafka = createKafka({ brokers, clientId: 'chaos' }, createLog({ level: 'error', command: 'test' }))
    const admin = kafka.admin()
    await admin.connect()
    try {
      const { maxMessageBytes = 0 } = (await describeTopics(admin, [ERROR_TOPIC])).get(ERROR_TOPIC) ?? {}
      const limit = (bytes: number) =>
        alterTopic(admin, ERROR_TOPIC, new Map([['max.message.bytes', String(bytes)]]))
      await limit(MARKER_BYTES)
      await sleep(6_000)
      await limit(maxMessageBytes)
    } finally {
      await admin.disconnect()
    }
  })

/** Every fault by name. Each resolves once what it broke works again. */
export const FAULTS = {
  kill: site =>
    withProcessor(site, async slot => {
      slot.product?.child.kill('SIGKILL')
      await slot.product?.ended()
      await sleep(between(site.random, 0, 2_000))
    }),
  /** Longer than its session lasts: it wakes as a zombie. */
  pause: site =>
    withProcessor(site, async slot => {
      slot.product?.child.kill('SIGSTOP')
      await sleep(between(site.random, SESSION_TIMEOUT_MS + 1_000, SESSION_TIMEOUT_MS + 6_000))
      slot.product?.child.kill('SIGCONT')
      await sleep(1_000)
    }),
  /** Shorter: it may not even be noticed. */
  hiccup: site =>
    withProcessor(site, async slot => {
      slot.product?.child.kill('SIGSTOP')
      await sleep(between(site.random, 500, 4_000))
      slot.product?.child.kill('SIGCONT')
    }),
  rolling_restart: async site => {
    for (const [index, slot] of site.world.slots.entries()) {
      await site.locks.run(`processor ${index}`, async () => {
        slot.isTaken = true
        await site.world.stopProcessor(slot)
        slot.isTaken = false
        await sleep(3_000)
      })
    }
  },
  /** From one processor to three and back. */
  scale: site =>
    site.locks.run('scale', async () => {
      const added = await Promise.all([site.world.newSlot(), site.world.newSlot()])
      for (const slot of added) site.world.startProcessor(slot)
      await site.locks.run('processor 0', async () => {
        const first = site.world.slots[0] as Slot
        first.isTaken = true
        await site.world.stopProcessor(first)
        await sleep(6_000)
        first.isTaken = false
      })
      for (const slot of added) await site.world.stopProcessor(slot)
    }),
  broker_kill: killBroker('SIGKILL'),
  broker_restart: killBroker('SIGTERM'),
  /** A processor that starts meanwhile waits; those at work do not notice. */
  registry_down: site =>
    // It cannot start without the database, where its data is.
    site.locks.run('database', async () => {
      const { registry } = site.world.stack
      await registry.kill()
      await FAULTS.kill(site)
      await sleep(4_000)
      await registry.start()
    }),
  /** The registry keeps its data there, and has to come through it as well. */
  database_down: site =>
    site.locks.run('database', async () => {
      const { postgres } = site.world.stack
      await postgres.kill('SIGQUIT')
      await sleep(between(site.random, 3_000, 8_000))
      await postgres.start()
    }),
  database_slow: site =>
    site.locks.run('database', async () => {
      site.world.database.slow(5_000)
      await sleep(12_000)
      await site.world.database.heal()
    }),
  database_silent: site =>
    site.locks.run('database', async () => {
      site.world.database.stall()
      await sleep(7_000)
      // Connections that were stalled stay dead, as behind a firewall that has forgotten them.
      await site.world.database.refuse()
      await site.world.database.heal()
    }),
  errors_refused: refuseErrors,
  network_cut: async ({ world, locks, random }) => {
    const index = random.below(world.proxies.length)
    await locks.run(`proxy ${index}`, async () => {
      await world.proxies[index]?.cut(between(random, 500, 5_000))
    })
  },
  commit_not_sent: atEndTxn('cut_before'),
  commit_not_answered: atEndTxn('cut_after'),
  /** Past every time-out, so that it comes when its producer has a successor. */
  commit_late: atEndTxn({ delayMs: 14_000 }),
  bridge_kill: ({ world, locks }) => locks.run('bridge', () => world.killBridge('SIGKILL')),
  bridge_restart: ({ world, locks }) => locks.run('bridge', () => world.killBridge('SIGTERM')),
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof FAULTS
