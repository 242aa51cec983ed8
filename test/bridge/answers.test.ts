import { createHmac } from 'node:crypto'
import type { InjectOptions } from 'light-my-request'
import { describe, expect, test } from 'vitest'
import { REFUSALS, type Refusal } from '#src/bridge/refusals.ts'
import type { BridgeOptions } from '#src/bridge/server.ts'
import { KEY, post, TARGET, type TestBridge, testBridge } from '../support/bridge.ts'

const EVENT = '{"userId":10,"action":"Track"}'
const SIGNING = { current: 'the signing secret', previous: 'the one before' }

const sign = (body: string, secret = SIGNING.current): Record<string, string> => ({
  'x-signature': createHmac('sha1', secret).update(body).digest('hex'),
})

interface Case {
  readonly options?: Partial<BridgeOptions>
  readonly now?: () => number
  readonly ask: (bridge: TestBridge) => ReturnType<typeof post>
  /** Events on the raw topic afterwards. */
  readonly stored?: number
}

const fail = async () => {
  throw new Error('Kafka is not there')
}

/** One way to each refusal that a request can get; those of the bare connection are in sockets.test.ts. */
type OnTheConnection =
  | 'malformed_request'
  | 'head_too_large'
  | 'request_timeout'
  | 'overloaded'
  | 'body_timeout'
  | 'client_closed'
const CASES: Record<Exclude<Refusal, OnTheConnection>, Case> = {
  not_found: { ask: bridge => post(bridge, EVENT, { url: '/elsewhere?key=a+secret+of+the+tests' }) },
  method_not_allowed: { ask: ({ app }) => app.inject({ method: 'GET', url: TARGET }) },
  not_configured: {
    options: { webhookSecret: { current: '', previous: undefined } },
    ask: bridge => post(bridge, EVENT, { url: '/segmentio/event?key=' }),
  },
  unauthorized: { ask: bridge => post(bridge, EVENT, { url: '/segmentio/event?key=wrong' }) },
  unsupported_type: { ask: bridge => post(bridge, EVENT, { headers: { 'content-type': 'text/plain' } }) },
  unsupported_encoding: {
    ask: bridge => post(bridge, EVENT, { headers: { 'content-encoding': 'gzip' } }),
  },
  too_large: { options: { maxBodyBytes: 20 }, ask: bridge => post(bridge, EVENT) },
  signature_invalid: { options: { signingSecret: SIGNING }, ask: bridge => post(bridge, EVENT) },
  empty_body: { ask: bridge => post(bridge, '') },
  malformed_json: { ask: bridge => post(bridge, '{"userId":10,}'), stored: 1 },
  too_many_events: {
    options: { maxBodyBytes: 640 },
    ask: bridge => post(bridge, JSON.stringify(Array(11).fill(1))),
  },
  kafka_unavailable: {
    ask: bridge => {
      bridge.rawLog.append = fail
      return post(bridge, EVENT)
    },
  },
  internal_error: {
    now: () => {
      throw new Error('a defect')
    },
    ask: bridge => post(bridge, EVENT),
  },
}

describe('each refusal', () => {
  test.each(Object.entries(CASES))('%s', async (name, { options, now, ask, stored = 0 }) => {
    const refusal = name as keyof typeof CASES
    const bridge = testBridge(options, now)
    const answer = await ask(bridge)
    const { status, message } = REFUSALS[refusal]
    expect([answer.statusCode, answer.json()]).toEqual([status, { committed: false, message }])
    expect(bridge.rawLog.events).toHaveLength(stored)
    const metrics = await bridge.metrics()
    expect(metrics).toContain(`segedx_webhook_refused_total{reason="${refusal}"} 1\n`)
    expect(metrics).toContain(`segedx_webhook_requests_total{code="${status}"} 1\n`)
    expect(metrics).toContain(`segedx_webhook_events_total ${stored}\n`)
  })

  test('tells what to do instead', async () => {
    expect((await CASES.method_not_allowed.ask(testBridge())).headers['allow']).toBe('POST')
    expect((await CASES.kafka_unavailable.ask(testBridge())).headers['retry-after']).toBe('5')
  })

  test('of a body that is not JSON is 503 while it cannot be kept', async () => {
    const bridge = testBridge()
    bridge.rawLog.append = fail
    expect((await post(bridge, '{"userId":10,}')).statusCode).toBe(503)
  })
})

describe('the first check that fails decides', () => {
  const down = (bridge: TestBridge) => {
    bridge.rawLog.append = fail
  }
  const wrongKey = '/segmentio/event?key=wrong'
  const options = { maxBodyBytes: 40, signingSecret: SIGNING }
  test.each<[string, number, InjectOptions]>([
    ['path before method', 404, { method: 'GET', url: '/x' }],
    ['method before key', 405, { method: 'PUT', url: wrongKey }],
    ['key before type', 401, { method: 'POST', url: wrongKey, headers: { 'content-type': 'nonsense' } }],
    ['type before size', 415, { method: 'POST', url: TARGET, payload: Buffer.alloc(99) }],
    ['size before signature', 413, jsonRequest('x'.repeat(99))],
    ['signature before JSON', 401, jsonRequest('{nope')],
    ['signature before emptiness', 401, jsonRequest('')],
    ['Kafka before the word on JSON', 503, jsonRequest('{nope', sign('{nope'))],
    ['emptiness before Kafka', 400, jsonRequest('', sign(''))],
  ])('%s: %i', async (_order, status, request) => {
    const bridge = testBridge(options)
    down(bridge)
    expect((await bridge.app.inject(request)).statusCode).toBe(status)
  })

  function jsonRequest(payload: string, headers: Record<string, string> = {}) {
    return {
      method: 'POST' as const,
      url: TARGET,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    }
  }
})

describe('what is logged and measured', () => {
  test('holds neither the query, the secrets nor anything of the event', async () => {
    const bridge = testBridge({ signingSecret: SIGNING })
    bridge.rawLog.append = fail
    const secretive = '{"userId":"a person","email":"someone@example.com"}'
    await post(bridge, secretive, { headers: sign(secretive) })
    await post(bridge, secretive, {
      url: '/segmentio/event?key=nearly+the+secret',
      headers: { host: 'odd.example.com' },
    })
    await post(bridge, secretive, { url: `/elsewhere/${KEY}?key=${KEY}` })
    const seen = `${bridge.lines.join('')}${await bridge.metrics()}`
    expect(bridge.lines.length).toBeGreaterThan(3)
    for (const text of ['secret', 'person', 'someone', 'nearly', 'key=', 'odd.example', 'elsewhere'])
      expect(seen.replaceAll('component="secret"', '')).not.toContain(text)
  })
})
