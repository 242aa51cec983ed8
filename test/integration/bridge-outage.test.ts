import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { javaServers } from '../../dev/stack/downloads.ts'
import { type Kafka, startKafka } from '../../dev/stack/kafka.ts'
import { silent } from '../../dev/stack/progress.ts'
import { startSupervisor } from '../../dev/stack/supervisor.ts'
import { type Started, start, untilReady, urlOf } from '../support/product.ts'
import { createTopic, readTopic } from '../support/topic.ts'

/*
 * A Kafka of its own, to be taken away from the bridge. Segment waits 5 s for an answer: 503 has to come within 4,
 * so that it sends again what may not be stored.
 */

const ANSWER_WITHIN_MS = 4_000
/** Longer than an answer may take, so that some requests live through nothing else. */
const OUTAGE_MS = 5_000
const KEY = 'anything'

let kafka: Kafka
let topic: string
let bridge: Started
let webhook: string
const supervisors: ReturnType<typeof startSupervisor>[] = []

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'segment-to-edx-outage-'))
  const supervisor = startSupervisor(directory)
  supervisors.push(supervisor)
  const { kafkaClassPath } = await javaServers(supervisor, join(directory, 'maven.log'), silent)
  kafka = await startKafka({
    brokers: 1,
    classPath: kafkaClassPath,
    directory,
    supervisor,
    forMeasuring: false,
  })
  topic = await createTopic(kafka.brokers, { config: { 'max.message.bytes': String(9_000_000) } })
})
afterAll(async () => {
  bridge?.child.kill('SIGKILL')
  await bridge?.ended()
  await Promise.all(supervisors.map(supervisor => supervisor.end()))
})

async function startBridge(): Promise<void> {
  bridge = start(['bridge'], {
    METRICS_PORT: '0',
    KAFKA_BROKERS: kafka.brokers.join(','),
    RAW_TOPIC: topic,
    BRIDGE_PORT: '0',
    BRIDGE_DRAIN_DELAY_MS: '0',
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: KEY,
  })
  webhook = `${await urlOf(bridge, 'listening')}/segmentio/event?key=${KEY}`
}

interface Answer {
  readonly id: number
  readonly status: number
  readonly tookMs: number
}
let lastId = 0

async function post(): Promise<Answer> {
  const id = ++lastId
  const startedAt = performance.now()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(webhook, { method: 'POST', headers, body: `{"userId":${id % 20},"id":${id}}` })
  await answer.text()
  return { id, status: answer.status, tookMs: performance.now() - startedAt }
}

/** Posts from 32 connections until told to stop. */
function load(): { stop(): Promise<Answer[]> } {
  const answers: Answer[] = []
  let isOver = false
  const clients = Array.from({ length: 32 }, async () => {
    while (!isOver) answers.push(await post())
  })
  return {
    async stop() {
      isOver = true
      await Promise.all(clients)
      return answers
    },
  }
}

const untilCommitted = () =>
  vi.waitFor(async () => expect((await post()).status).toBe(200), { timeout: 60_000, interval: 200 })
const readyz = async () => (await fetch(`${await urlOf(bridge, 'started')}/readyz`)).status

async function expectAllStored(answers: readonly Answer[]): Promise<void> {
  const stored = new Set(
    (await readTopic(kafka.brokers, topic)).map(({ value }) => JSON.parse(String(value)).id),
  )
  expect(answers.filter(({ id, status }) => status === 200 && !stored.has(id))).toEqual([])
}

describe('while Kafka is away', () => {
  test('the bridge starts, answers 503 in time, and serves once Kafka is there', async () => {
    await kafka.nodes[0]?.kill()
    await startBridge()
    const { status, tookMs } = await post()
    expect(status).toBe(503)
    expect(tookMs).toBeLessThan(ANSWER_WITHIN_MS)
    expect(await readyz()).toBe(503)
    await kafka.nodes[0]?.start()
    await untilCommitted()
    await untilReady(bridge)
  })

  test.each<
    [string, (node: Kafka['nodes'][number]) => Promise<void>, (node: Kafka['nodes'][number]) => Promise<void>]
  >([
    ['killed', node => node.kill(), node => node.start()],
    ['frozen', async node => node.signal('SIGSTOP'), async node => node.signal('SIGCONT')],
  ])(
    'under load (%s): each answer comes in time, and what was answered 200 is stored',
    async (_how, take, giveBack) => {
      const node = kafka.nodes[0] as Kafka['nodes'][number]
      const running = load()
      await vi.waitFor(() => expect(lastId).toBeGreaterThan(500), { timeout: 30_000 })
      await take(node)
      await vi.waitFor(async () => expect(await readyz()).toBe(503), { timeout: 30_000, interval: 100 })
      await sleep(OUTAGE_MS)
      await giveBack(node)
      await untilCommitted()
      const answers = await running.stop()
      await untilReady(bridge)
      const statuses = new Set(answers.map(({ status }) => status))
      expect([...statuses].toSorted()).toEqual([200, 503])
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(ANSWER_WITHIN_MS)
      await expectAllStored(answers)
    },
  )

  test('it can be told to stop, and does', async () => {
    await kafka.nodes[0]?.kill()
    const last = post()
    bridge.child.kill('SIGTERM')
    expect((await last).status).toBe(503)
    expect(await bridge.ended()).toBe(0)
  })
})
