import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import '#src/kafka/client.ts'
import { internal, useFastCode } from '#src/kafka/patch/internals.ts'
import { promptSockets } from '#src/kafka/sockets.ts'

const Connection = internal('network/connection')
const logger = { namespace: () => ({ debug() {}, error() {} }) }

interface Answer {
  readonly size: number
  readonly correlationId: number
  readonly payload: Buffer
}

/** A connection of kafkajs's that no request was made on: it tells what it takes for answers. */
function connection(port = 0, socketFactory: unknown = promptSockets) {
  const own = new Connection({ host: '127.0.0.1', port, logger, socketFactory, connectionTimeout: 5_000 })
  const answers: Answer[] = []
  own.requestQueue.fulfillRequest = (answer: Answer) => answers.push(answer)
  return { own, answers }
}

afterEach(() => useFastCode(true))

function framed(correlationId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + payload.length)
  head.writeInt32BE(correlationId, 4)
  return Buffer.concat([head, payload])
}

const payloads = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 })

test('whatever pieces answers come in, they are the same as by the code of kafkajs', () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(400), { maxLength: 12 }), (all, cuts) => {
      const sent = Buffer.concat(all.map((payload, i) => framed(i, payload)))
      const at = [0, ...cuts.map(cut => cut % sent.length), sent.length].sort((a, b) => a - b)
      const [ours, theirs] = [true, false].map(isFast => {
        useFastCode(isFast)
        const { own, answers } = connection()
        // Each piece in memory that is written anew afterwards, where that is what is promised.
        for (let i = 1; i < at.length; i++) {
          const piece = Buffer.from(sent.subarray(at[i - 1], at[i]))
          if (piece.length > 0) own.processData(piece)
          if (isFast) piece.fill(0xee)
        }
        return answers
      })
      expect(ours).toEqual(theirs)
      expect(ours?.map(({ payload }) => payload)).toEqual(all.map(payload => Buffer.from(payload)))
    }),
  )
})

test('while a login is under way the answers are its own', () => {
  const { own, answers } = connection()
  const seen: Buffer[] = []
  own.authHandlers = { onSuccess: (answer: Buffer) => seen.push(answer) }
  own.authExpectResponse = true
  const answer = framed(1, Buffer.from('ok'))
  own.processData(answer.subarray(0, 5))
  own.processData(answer.subarray(5))
  own.authExpectResponse = false
  const token = Buffer.from('token')
  own.processData(token)
  token.fill(0)
  expect(seen).toEqual([answer, Buffer.from('token')])
  expect(answers).toEqual([])
})

/** Its sockets end with it. */
async function serve(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('answers come whole over a socket, also those larger than what is read at once', async () => {
  const large = Buffer.alloc(3_000_000, 'abcdefg')
  const server = await serve(socket => {
    for (let i = 0; i < 3; i++) socket.write(framed(i, large))
  })
  const both = [connection(server.port), connection(server.port)]
  try {
    for (const { own } of both) await own.connect()
    for (const { answers } of both) {
      await expect.poll(() => answers.length).toBe(3)
      for (const { payload } of answers) expect(payload.equals(large)).toBe(true)
    }
  } finally {
    for (const { own } of both) await own.disconnect()
    await server.close()
  }
})

test('what a lost connection left unfinished is no part of the next one', async () => {
  const sent = [framed(1, Buffer.alloc(500)).subarray(0, 100), framed(2, Buffer.from('whole'))]
  const server = await serve(socket => {
    const bytes = sent.shift()
    if (bytes) socket.write(bytes)
    if (sent.length === 1) socket.end()
  })
  const { own, answers } = connection(server.port)
  try {
    await own.connect()
    await expect.poll(() => own.isConnected()).toBe(false)
    await own.connect()
    await expect.poll(() => answers.length).toBe(1)
    expect(answers[0]?.payload.toString()).toBe('whole')
  } finally {
    await own.disconnect()
    await server.close()
  }
})

test('what does not speak as Kafka does is told at once', async () => {
  const server = await serve(socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const { own } = connection(server.port)
  const rejected: Error[] = []
  own.requestQueue.rejectAll = (error: Error) => rejected.push(error)
  try {
    await own.connect()
    await expect
      .poll(() => rejected.map(({ message }) => message).join())
      .toContain('this is no Kafka broker')
  } finally {
    await own.disconnect()
    await server.close()
  }
})
