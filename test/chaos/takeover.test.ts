import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { type Feeder, startFeeder } from './harness/feeder.ts'
import { SESSION_TIMEOUT_MS, startWorld, type World } from './harness/world.ts'

/*
 * One of two processors is killed. Its partitions go on within the session's time-out and 5 s: nobody waits for the
 * time-out of the transaction that it had open.
 */

const RATE = 400
const KILLS = 3
const PROMISED_MS = SESSION_TIMEOUT_MS + 5_000
/** For a busy machine. */
const SLACK_MS = 5_000

let world: World
let feeder: Feeder
beforeAll(async () => {
  world = await startWorld({ brokers: 1, processors: 2, log: () => {} })
  feeder = startFeeder(world.webhook, RATE)
})
afterAll(async () => {
  await feeder?.stop()
  await world?.stopProcessors()
  await world?.close()
})

test('what a killed processor had goes on in time', async () => {
  const log = createLog({ level: 'error', command: 'test' })
  const admin = createKafka({ brokers: world.stack.kafka.brokers, clientId: 'takeover' }, log).admin()
  await admin.connect()
  const committed = async () => {
    const [answer] = await admin.fetchOffsets({ groupId: 'segment-to-edx', topics: ['segment.raw'] })
    return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  }
  /** Milliseconds until every partition has gone on, seen every 50 ms. */
  async function untilAllGoOn(): Promise<number> {
    const startedAt = Date.now()
    const before = await committed()
    const left = new Set(before.keys())
    while (left.size > 0) {
      await sleep(50)
      const now = await committed()
      for (const partition of left) {
        if ((now.get(partition) ?? 0) > (before.get(partition) ?? 0)) left.delete(partition)
      }
    }
    return Date.now() - startedAt
  }
  await expect.poll(async () => (await committed()).size, { timeout: 60_000 }).toBe(8)
  await untilAllGoOn()

  const took: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const slot = world.slots[kill % 2]
    if (slot) slot.isTaken = true
    slot?.product?.child.kill('SIGKILL')
    await slot?.product?.ended()
    // What was committed just before it died may only now be seen.
    await sleep(500)
    took.push(500 + (await untilAllGoOn()))
    if (slot) slot.isTaken = false
    await sleep(SESSION_TIMEOUT_MS)
    await untilAllGoOn()
  }
  await admin.disconnect()
  process.stdout.write(`Partitions of a killed processor went on after ${took.join(', ')} ms\n`)
  expect(Math.max(...took)).toBeLessThan(PROMISED_MS + SLACK_MS)
})
