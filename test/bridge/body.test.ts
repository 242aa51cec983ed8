import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { readBody } from '#src/bridge/body.ts'

/** A request whose body is written by the test, and what was taken for it. */
function reading({ length, room = 1_000 }: { length?: number; room?: number } = {}) {
  const request = Object.assign(new PassThrough(), {
    headers: length === undefined ? {} : { 'content-length': String(length) },
  })
  const taken: number[] = []
  const holding = { take: (bytes: number) => taken.push(bytes) > 0 && bytes <= room, release: () => {} }
  const limits = { maxBodyBytes: 100, bodyTimeoutMs: 10_000 }
  return { request, taken, body: readBody(request as unknown as IncomingMessage, holding, limits) }
}

test.each([
  ['in one piece', ['{"userId":10}']],
  ['in pieces', ['{"user', 'Id":10}']],
  ['that is empty', []],
])('a body %s is read to its end', async (_what, pieces) => {
  const { request, body } = reading()
  for (const piece of pieces) request.write(piece)
  request.end()
  expect(String(await body)).toBe(pieces.join(''))
})

test.each([
  ['too large', { length: 1 }, 101, 'too_large'],
  ['without room for what comes', { room: 80 }, 90, 'overloaded'],
  ['without room for its length', { length: 90, room: 80 }, 1, 'overloaded'],
])('what is left of a body %s is dropped, and takes nothing more', async (_what, options, sent, refusal) => {
  const { request, body, taken } = reading(options)
  request.write('x'.repeat(sent))
  expect(await body).toBe(refusal)
  const takenBefore = [...taken]
  for (const bytes of [1, 1, ...Array(1_000).fill(1_000)]) request.write('x'.repeat(bytes))
  request.end()
  await once(request, 'end')
  expect(taken).toEqual(takenBefore)
})

test('a connection that is closed in the middle of a body ends it', async () => {
  const { request, body } = reading()
  request.write('{"user')
  request.destroy()
  expect(await body).toBe('client_closed')
})
