import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BridgeOptions } from '#src/bridge/server.ts'
import { TARGET, type TestBridge, testBridge } from '../support/bridge.ts'

/** A connection that sends what it is told and keeps what it is answered. */
class Client {
  readonly socket: Socket
  received = ''
  isClosed = false

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('latin1').on('data', text => {
      this.received += text
    })
    this.socket.on('close', () => {
      this.isClosed = true
    })
    this.socket.on('error', () => {})
  }

  send(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** The status codes of the answers so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(match => Number(match[1]))
  }
}

const head = (length: number | 'chunked', target = TARGET): string =>
  `POST ${target} HTTP/1.1\r\nHost: lms.example.com\r\nContent-Type: application/json\r\n${
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  }\r\n\r\n`
const EVENT = '{"userId":10}'
const WRONG_KEY = '/segmentio/event?key=wrong'

let bridge: TestBridge
let open: () => Client
const clients: Client[] = []

async function start(options: Partial<BridgeOptions> = {}): Promise<void> {
  bridge = testBridge(options)
  const { port } = new URL(await bridge.app.listen({ host: '127.0.0.1', port: 0 }))
  open = () => {
    const client = new Client(Number(port))
    clients.push(client)
    return client
  }
}

beforeEach(() => start())
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  await bridge.app.close()
})

const refused = (reason: string) => `segedx_webhook_refused_total{reason="${reason}"} 1\n`

describe('a connection', () => {
  test('serves request after request', async () => {
    const client = open().send(`${head(EVENT.length)}${EVENT}${head(EVENT.length)}${EVENT}`)
    await expect.poll(() => client.statuses).toEqual([200, 200])
    expect(client.received).toContain('Keep-Alive: timeout=75')
  })

  test('goes on after a request that was refused at its head, whose body is dropped', async () => {
    const body = ' '.repeat(30_000)
    const client = open().send(`${head(body.length, WRONG_KEY)}${body}${head(EVENT.length)}${EVENT}`)
    await expect.poll(() => client.statuses).toEqual([401, 200])
    expect(bridge.rawLog.events).toHaveLength(1)
  })

  test('is answered before its body has come, where the head is enough', async () => {
    const wrongKey = open().send(head(30_000, WRONG_KEY))
    await expect.poll(() => wrongKey.statuses).toEqual([401])
    const tooLarge = open().send(head(1_000_000))
    await expect.poll(() => tooLarge.statuses).toEqual([413])
  })

  test('may send the body in chunks', async () => {
    const client = open().send(`${head('chunked')}5\r\n{"use\r\n8\r\nrId":10}\r\n0\r\n\r\n`)
    await expect.poll(() => client.statuses).toEqual([200])
    expect(bridge.rawLog.events[0]?.value.toString()).toBe(EVENT)
  })

  test('may not send more in chunks than the limit', async () => {
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
    const client = open().send(`${head('chunked')}${chunk.repeat(5)}`)
    await expect.poll(() => client.statuses).toEqual([413])
    expect(await bridge.metrics()).toContain(refused('too_large'))
  })

  test('that ends in the middle of a body leaves nothing behind', async () => {
    const client = open().send(`${head(EVENT.length)}{"user`)
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 1\n')
    client.socket.destroy()
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 0\n')
    await expect.poll(() => bridge.metrics()).toContain(refused('client_closed'))
    expect(bridge.rawLog.events).toEqual([])
  })

  test('that is gone before the answer does no harm', async () => {
    let store = () => {}
    bridge.rawLog.append = () => new Promise(resolve => (store = resolve))
    const client = open().send(`${head(EVENT.length)}${EVENT}`)
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 1\n')
    client.socket.destroy()
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 0\n')
    store()
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_events_total 1\n')
  })
})

describe('what is no request', () => {
  test.each<[string, string, number, string]>([
    ['another protocol', '\x16\x03\x01\x02\x00', 400, 'malformed_request'],
    ['a head without end', `POST / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`, 431, 'head_too_large'],
    [
      'a thousand headers',
      `POST / HTTP/1.1\r\nHost: a\r\n${'X-Bomb: boom\r\n'.repeat(2_000)}`,
      431,
      'head_too_large',
    ],
    [
      'a target without end',
      `POST /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      431,
      'head_too_large',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'malformed_request',
    ],
    [
      'a length and chunks',
      `${head(5).trimEnd()}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'malformed_request',
    ],
  ])('%s is refused and the connection closed', async (_what, bytes, status, reason) => {
    const client = open().send(bytes)
    await expect.poll(() => client.isClosed).toBe(true)
    expect(client.statuses).toEqual([status])
    expect(JSON.parse(client.received.split('\r\n\r\n')[1] ?? '')).toMatchObject({ committed: false })
    expect(await bridge.metrics()).toContain(refused(reason))
  })
})

describe('a body that is slow', () => {
  test('is cut with 408', async () => {
    await bridge.app.close()
    await start({ bodyTimeoutMs: 200 })
    const client = open().send(`${head(EVENT.length)}{"user`)
    await expect.poll(() => client.isClosed, { timeout: 5_000 }).toBe(true)
    expect(client.statuses).toEqual([408])
    expect(client.received).toMatch(/^connection: close/im)
    expect(await bridge.metrics()).toContain(refused('body_timeout'))
    expect(await bridge.metrics()).toContain('segedx_webhook_requests_in_flight 0\n')
  })
})

describe('more than may be in hand', () => {
  beforeEach(async () => {
    await bridge.app.close()
    await start({ maxInFlightBytes: 100_000 })
  })

  test('is refused with 503 by the length in its head, until there is room again', async () => {
    const first = open().send(head(60_000))
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 1\n')
    const second = open().send(head(60_000))
    await expect.poll(() => second.statuses).toEqual([503])
    expect(second.received).toMatch(/^retry-after: 5/im)
    first.send(EVENT.padEnd(60_000))
    await expect.poll(() => first.statuses).toEqual([200])
    const third = open().send(`${head(60_000)}${EVENT.padEnd(60_000)}`)
    await expect.poll(() => third.statuses).toEqual([200])
  })

  test('is refused as it comes in chunks', async () => {
    const first = open().send(head(60_000))
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 1\n')
    const second = open().send(`${head('chunked')}c000\r\n${' '.repeat(0xc000)}\r\n`)
    await expect.poll(() => second.statuses).toEqual([503])
    first.socket.destroy()
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 1\n')
  })

  test('does not keep out the one that is alone', async () => {
    await bridge.app.close()
    await start({ maxInFlightBytes: EVENT.length })
    const client = open().send(`${head(EVENT.length)}${EVENT}`)
    await expect.poll(() => client.statuses).toEqual([200])
  })
})

describe('closing', () => {
  test('answers what is in hand, then ends the connections', async () => {
    let store = () => {}
    bridge.rawLog.append = () => new Promise(resolve => (store = resolve))
    const served = open().send(`${head(2, WRONG_KEY)}{}`)
    const silent = open().send('POST /segm')
    await expect.poll(() => served.statuses).toEqual([401])
    const storing = open().send(`${head(EVENT.length)}${EVENT}`)
    const sending = open().send(`${head(EVENT.length)}{"user`)
    await expect.poll(() => bridge.metrics()).toContain('segedx_webhook_requests_in_flight 2\n')
    const closed = bridge.app.close()
    await expect.poll(() => served.isClosed).toBe(true)
    store()
    await expect.poll(() => storing.isClosed).toBe(true)
    expect(storing.statuses).toEqual([200])
    expect(storing.received).toMatch(/^connection: close/im)
    bridge.rawLog.append = async () => {}
    sending.send('Id":10}')
    await closed
    await expect.poll(() => sending.statuses).toEqual([200])
    await expect.poll(() => silent.isClosed).toBe(true)
  })
})
