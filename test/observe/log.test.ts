import { describe, expect, test } from 'vitest'
import { describeError } from '#src/observe/describe-error.ts'
import { createLog, type LogOptions } from '#src/observe/log.ts'
import { createRateLimit } from '#src/observe/rate-limit.ts'
import { readableLine } from '#src/observe/readable-line.ts'

function logTo(lines: string[], options: Partial<LogOptions> = {}) {
  return createLog({ level: 'info', command: 'bridge', write: line => lines.push(line), ...options })
}

describe('log', () => {
  test('a line is JSON with level, time, command, event, coordinates and sentence', () => {
    const lines: string[] = []
    const log = logTo(lines)
    log.debug({ event: 'noise' }, 'Not at this level')
    log.info({ event: 'committed', partition: 3, offset: 17n }, 'Committed')
    expect(lines).toHaveLength(1)
    const { time, ...rest } = JSON.parse(lines[0] ?? '')
    expect(new Date(time).toISOString()).toBe(time)
    expect(rest).toEqual({
      level: 'info',
      command: 'bridge',
      event: 'committed',
      partition: 3,
      offset: 17,
      msg: 'Committed',
    })
  })

  test('of an error only type, code and message are written, without what clients hang on it', () => {
    const lines: string[] = []
    const cause = Object.assign(new TypeError('GET http://u:hunter2@registry/x?key=hunter2 failed'), {
      code: 'ECONNREFUSED',
      config: { auth: 'hunter2' },
    })
    logTo(lines).error({ event: 'registry_down', err: new Error('No schema', { cause }) }, 'Down')
    logTo(lines).error({ event: 'registry_down', err: cause }, 'Down')
    expect(lines.map(line => JSON.parse(line).err)).toEqual([
      { type: 'Error', message: 'No schema: GET http://registry/x?… failed' },
      { type: 'TypeError', code: 'ECONNREFUSED', message: 'GET http://registry/x?… failed' },
    ])
    expect(lines.join()).not.toContain('hunter2')
  })

  test('secrets are cut out wherever they turn up', () => {
    const lines: string[] = []
    const secret = 'say "friend"\\'
    const log = logTo(lines, { secrets: [secret] })
    log.info({ event: 'odd', path: `/x/${secret}`, err: new Error(secret) }, `The secret is ${secret}`)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      path: '/x/[secret]',
      err: { message: '[secret]' },
      msg: 'The secret is [secret]',
    })
  })

  test('warnings of one event that repeat are held back, others are not', () => {
    const lines: string[] = []
    const log = logTo(lines)
    for (let n = 0; n < 1_000; n += 1) log.warn({ event: 'retry' }, 'Trying again')
    expect(lines.length).toBeLessThanOrEqual(20)
    log.warn({ event: 'other' }, 'Something else')
    log.error({ event: 'retry' }, 'Given up')
    expect(lines.slice(-2).map(line => JSON.parse(line).msg)).toEqual(['Something else', 'Given up'])
  })
})

test('the rate limit starts anew with each window and tells how many it held back', () => {
  let now = 0
  const limit = createRateLimit(2, 1_000, () => now)
  expect([limit('a'), limit('a'), limit('a'), limit('a'), limit('b')]).toEqual([0, 0, null, null, 0])
  now = 1_000
  expect([limit('a'), limit('a'), limit('a')]).toEqual([2, 0, null])
})

test('a line for a terminal reads like text', () => {
  const json = JSON.stringify({
    level: 'warn',
    time: '2026-01-02T03:04:05.678Z',
    command: 'process',
    event: 'kafka_down',
    err: { type: 'Error', message: 'connect ECONNREFUSED' },
    partition: 3,
    msg: 'No broker answers',
  })
  expect(readableLine(json)).toBe(
    '03:04:05.678 warn  No broker answers (connect ECONNREFUSED)  event=kafka_down partition=3\n',
  )
})

describe('describeError', () => {
  test.each([
    ['its message', new Error('a'), 'a'],
    ['what caused it', new Error('a', { cause: new Error('b', { cause: 'c' }) }), 'a: b: c'],
    ['a cause only once', new Error('a: b', { cause: new Error('b') }), 'a: b'],
    ['one line', new Error('a\n  b'), 'a b'],
    [
      'all attempts of a connection',
      new AggregateError([
        new Error('connect ECONNREFUSED ::1:5432'),
        new Error('connect ECONNREFUSED 127.0.0.1:5432'),
      ]),
      'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    ],
    ['its code where it has no message', Object.assign(new Error(), { code: 'EPIPE' }), 'EPIPE'],
    ['text that was thrown', 'boom', 'boom'],
    [
      'no credentials',
      new Error('postgres://edx:p@ss@db:5432/edx is down'),
      'postgres://db:5432/edx is down',
    ],
    [
      'no query string',
      new Error('POST /segmentio/event?key=hunter2&a="b" failed'),
      'POST /segmentio/event?…"b" failed',
    ],
    ['a question as it is', new Error('ready? no'), 'ready? no'],
  ])('gives %s', (_, error, text) => {
    expect(describeError(error)).toBe(text)
  })
})
