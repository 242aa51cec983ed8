import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { type Started, start as startProduct, untilReady, urlOf } from '../support/product.ts'
import { createTopic, readTopic } from '../support/topic.ts'

const { brokers } = inject('stack')
const SECRET = 'the secret of the webhook'
const SIZES = { config: { 'max.message.bytes': String(8 * 1024 * 1024 + 64 * 1024) } }

const commands: Started[] = []
const agent = new Agent({ keepAlive: true })
afterAll(async () => {
  agent.destroy()
  for (const command of commands) command.child.kill('SIGKILL')
  await Promise.all(commands.map(command => command.ended()))
})

interface RunningBridge extends Started {
  readonly topic: string
  readonly healthUrl: string
  /** Posts a body; what it is answered. Throws where the connection is refused or cut. */
  post(body: Buffer | string, key?: string): Promise<{ status: number; body: string }>
  records(): Promise<RawRecord[]>
}

function start(topic: string, env: Record<string, string> = {}): Started {
  const command = startProduct(['bridge'], {
    METRICS_PORT: '0',
    KAFKA_BROKERS: brokers.join(','),
    RAW_TOPIC: topic,
    BRIDGE_PORT: '0',
    BRIDGE_DRAIN_DELAY_MS: '300',
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: SECRET,
    ...env,
  })
  commands.push(command)
  return command
}

async function startReady(): Promise<RunningBridge> {
  const topic = await createTopic(brokers, SIZES)
  const command = start(topic)
  const url = `${await urlOf(command, 'listening')}/segmentio/event`
  const healthUrl = await urlOf(command, 'started')
  await untilReady(command)
  const post: RunningBridge['post'] = (body, key = SECRET) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const target = `${url}?key=${encodeURIComponent(key)}`
      const sent = request(target, { method: 'POST', headers, agent }, response => {
        let text = ''
        response.on('data', chunk => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      })
      sent.on('error', reject).end(body)
    })
  return { ...command, topic, healthUrl, post, records: () => readTopic(brokers, topic) }
}

const committed = { status: 200, body: '{"committed":true}' }

describe('the bridge', () => {
  let bridge: RunningBridge
  beforeAll(async () => {
    bridge = await startReady()
  })

  test('stores bodies exactly, each where Java would', async () => {
    /** As Kafka 4.3.1's own console producer puts these keys on eight partitions. */
    const partitions = { 7: 3, '-5': 3, 42: 4, 'user@example.com': 4, zoë: 4, 2147483647: 5, 10: 6, 1: 7 }
    const bodies = Object.keys(partitions).map(
      key => `{ "userId":${JSON.stringify(key)}, "v":1.0,\t"s":"\\ud800é" }`,
    )
    for (const body of bodies) expect(await bridge.post(body)).toEqual(committed)
    const records = await bridge.records()
    expect(records.map(({ value }) => value?.toString()).toSorted()).toEqual(bodies.toSorted())
    expect(Object.fromEntries(records.map(({ key, partition }) => [key?.toString(), partition]))).toEqual(
      partitions,
    )
    for (const { headers, timestamp } of records) {
      expect(headers?.['webhook-path']?.toString()).toBe('/segmentio/event')
      expect(headers?.['webhook-host']?.toString()).toBe('127.0.0.1')
      expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000)
    }
  })

  test('keeps what is not JSON, without a key', async () => {
    const body = '{"userId": not JSON'
    expect((await bridge.post(body)).status).toBe(400)
    const kept = (await bridge.records()).filter(({ value }) => value?.toString() === body)
    expect(kept.map(({ key }) => key)).toEqual([null])
  })

  test('stores nothing of what it refuses', async () => {
    const before = (await bridge.records()).length
    expect((await bridge.post('{"userId":1}', 'another')).status).toBe(401)
    expect((await bridge.post('')).status).toBe(400)
    expect((await bridge.post('[]')).status).toBe(200)
    expect((await bridge.post(Buffer.alloc(8 * 1024 * 1024 + 1, ' '))).status).toBe(413)
    expect(await bridge.records()).toHaveLength(before)
  })

  test('says nothing of secrets and events', async () => {
    const metrics = await fetch(`${bridge.healthUrl}/metrics`).then(response => response.text())
    const seen = bridge.output() + metrics
    expect(seen).toContain('segedx_webhook_events_total')
    for (const text of ['the secret', 'the%20secret', 'another', 'user@example.com', 'userId'])
      expect(seen).not.toContain(text)
  })
})

describe('large bodies', () => {
  test('an array of 4000 events is stored event by event, those of a key in their order', async () => {
    const bridge = await startReady()
    const events = Array.from(
      { length: 4_000 },
      (_, n) => `{"userId":${1 + (n % 50)},"n":${n},"fill":"${'x'.repeat(1_000)}"}`,
    )
    expect(await bridge.post(`[${events.join(' ,\n')}]`)).toEqual(committed)
    const values = (await bridge.records()).map(({ value }) => value?.toString() ?? '')
    expect(values.toSorted()).toEqual(events.toSorted())
    for (let user = 1; user <= 50; user++) {
      const numbers = values.map(value => JSON.parse(value)).filter(({ userId }) => userId === user)
      expect(numbers.map(({ n }) => n)).toEqual(Array.from({ length: 80 }, (_, i) => i * 50 + user - 1))
    }
    bridge.child.kill('SIGKILL')
  })

  test('an event of 7 MB, and an array of one key that is far larger than a batch', async () => {
    const bridge = await startReady()
    const large = `{"userId":10,"fill":"${'é'.repeat(3_670_000)}"}`
    expect(await bridge.post(large)).toEqual(committed)
    const same = Array.from(
      { length: 7_000 },
      (_, n) => `{"userId":10,"n":${n},"fill":"${'x'.repeat(1_000)}"}`,
    )
    expect(await bridge.post(`[${same}]`)).toEqual(committed)
    const values = (await bridge.records()).map(({ value }) => value?.toString())
    expect(values[0] === large).toBe(true)
    expect(values.slice(1)).toEqual(same)
    bridge.child.kill('SIGKILL')
  })
})

describe('SIGTERM', () => {
  test('loses nothing that was answered, and leaves nobody without an answer while it drains', async () => {
    const bridge = await startReady()
    const answered: number[] = []
    const failed: string[] = []
    let n = 0
    const isStopped = () => failed.length > 0
    const clients = Array.from({ length: 64 }, async () => {
      while (!isStopped()) {
        const id = n++
        const answer = await bridge
          .post(`{"userId":${id % 100},"n":${id}}`)
          .catch((error: NodeJS.ErrnoException) => {
            failed.push(error.code ?? error.message)
            return null
          })
        if (answer?.status === 200) answered.push(id)
        else if (answer) failed.push(String(answer.status))
      }
    })
    await expect.poll(() => answered.length, { timeout: 30_000 }).toBeGreaterThan(500)
    bridge.child.kill('SIGTERM')
    await expect.poll(() => fetch(`${bridge.healthUrl}/readyz`).then(r => r.status)).toBe(503)
    await Promise.all(clients)
    expect(await bridge.ended()).toBe(0)
    // Only once it no longer listens, or on a connection that was about to be used again.
    for (const reason of failed) expect(['ECONNREFUSED', 'ECONNRESET']).toContain(reason)
    const stored = new Set((await bridge.records()).map(({ value }) => JSON.parse(String(value)).n))
    expect(answered.filter(id => !stored.has(id))).toEqual([])
    expect(bridge.output()).toContain('"event":"stopped"')
  })
})

describe('it refuses to start, exit code 2,', () => {
  test('without its topic', async () => {
    const command = start('nobody-created-me')
    expect(await command.ended()).toBe(2)
    expect(command.output()).toMatch(
      /The raw topic nobody-created-me does not exist.*: create it with `setup`/,
    )
  })

  test('with a topic that could not take what it accepts', async () => {
    const topic = await createTopic(brokers)
    const command = start(topic)
    expect(await command.ended()).toBe(2)
    expect(command.output()).toMatch(
      /takes 1048588 bytes \(max\.message\.bytes\), but MAX_BODY_BYTES needs 8454144: run `setup`/,
    )
  })
})

test('without a secret it starts, answers 401, and says that it is not ready', async () => {
  const command = start(await createTopic(brokers, SIZES), { TRACKING_SEGMENTIO_WEBHOOK_SECRET: '' })
  const url = await urlOf(command, 'listening')
  const answer = await fetch(`${url}/segmentio/event?key=`, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(401)
  const health = await fetch(`${await urlOf(command, 'started')}/readyz`)
  expect(health.status).toBe(503)
  expect(await health.text()).toContain('TRACKING_SEGMENTIO_WEBHOOK_SECRET is not set')
  command.child.kill('SIGTERM')
  expect(await command.ended()).toBe(0)
})
