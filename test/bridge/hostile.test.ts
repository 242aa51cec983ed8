import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Random, seededRandom } from '../../dev/demo/random.ts'
import { TARGET, type TestBridge, testBridge } from '../support/bridge.ts'

/* Clients that mean harm, or are broken: whoever behaves is served all the same. */

const CONNECTIONS = 1_000
const REQUESTS = 2_000
const EVENT = '{"userId":10}'
const head = (more = '', length = EVENT.length) =>
  `POST ${TARGET} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`

let bridge: TestBridge
let url: URL
const sockets: Socket[] = []
beforeEach(async () => {
  bridge = testBridge({ maxInFlightBytes: 64 * 1024 * 1024 })
  url = new URL(await bridge.app.listen({ host: '127.0.0.1', port: 0 }))
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await bridge.app.close()
})

async function open(): Promise<Socket> {
  const socket = connect(Number(url.port), '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const served = async () => {
  const headers = { 'content-type': 'application/json' }
  return (await fetch(new URL(TARGET, url), { method: 'POST', headers, body: EVENT })).status
}

/** Sends it, ends, and reads what is answered until the connection is closed. */
async function answerTo(bytes: Buffer): Promise<string> {
  const socket = await open()
  let text = ''
  socket.on('data', data => {
    text += data.toString('latin1')
  })
  const closed = once(socket, 'close')
  socket.end(bytes)
  await closed
  return text
}

test('a thousand connections that begin a request and say no more', async () => {
  const waiting = await Promise.all(Array.from({ length: CONNECTIONS }, open))
  for (const [i, socket] of waiting.entries()) {
    // Some in the middle of the head, some in the middle of the body.
    socket.write(i % 2 === 0 ? head().slice(0, 40) : `${head('', 1_000)}{`)
  }
  expect(await served()).toBe(200)
  expect(bridge.rawLog.events).toHaveLength(1)
})

test('a head that has no end', async () => {
  const answer = await answerTo(Buffer.from(head(`X-Bomb: ${'x'.repeat(100_000)}\r\n`) + EVENT))
  expect(answer).toMatch(/^HTTP\/1\.1 431/)
  expect(await answerTo(Buffer.from(head('X: y\r\n'.repeat(20_000)) + EVENT))).toMatch(/^HTTP\/1\.1 431/)
  expect(await served()).toBe(200)
})

test('a body that is longer than it says, or has no end', async () => {
  expect(await answerTo(Buffer.from(`${head('', 10_000_000)}${'x'.repeat(100_000)}`))).toMatch(/ 413 /)
  expect(await answerTo(Buffer.from(`${head()}${EVENT}${'GET'.repeat(50)}`))).toMatch(/ 400 /)
  expect(await served()).toBe(200)
})

/** A request with some bytes changed, added or left out. */
function mangled(random: Random): Buffer {
  const request = Buffer.from(head() + EVENT)
  const kind = random.below(3)
  if (kind === 0) {
    for (let i = random.below(5); i >= 0; i--) request[random.below(request.length)] = random.below(256)
    return request
  }
  const at = random.below(request.length)
  if (kind === 1) return request.subarray(0, at)
  const junk = Buffer.from(Array.from({ length: random.below(50) }, () => random.below(256)))
  return Buffer.concat([request.subarray(0, at), junk, request.subarray(at)])
}

test(`${REQUESTS} mangled requests`, { timeout: 60_000 }, async () => {
  const random = seededRandom(7)
  const known = new Set(['200', '400', '401', '404', '405', '408', '413', '415', '431'])
  const unknown: string[] = []
  for (let i = 0; i < REQUESTS; i += 50) {
    const answers = Array.from({ length: 50 }, () => answerTo(mangled(random)))
    for (const answer of await Promise.all(answers)) {
      const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = '']) => status)
      unknown.push(...statuses.filter(status => !known.has(status)))
    }
  }
  expect(unknown).toEqual([])
  expect(await served()).toBe(200)
})
