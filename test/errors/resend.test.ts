import { beforeEach, describe, expect, test } from 'vitest'
import { createChooser } from '#src/errors/choice.ts'
import { type ErrorRecord, readErrorRecord } from '#src/errors/error-record.ts'
import { type ResendOptions, resend } from '#src/errors/resend.ts'
import { readSentLog } from '#src/errors/sent-log.ts'
import { settle } from '#src/errors/settle.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { LockLostError, type TopicReader } from '#src/ports.ts'
import { errorRecord, rejection } from '../support/error-records.ts'
import { memoryLog } from '../support/memory-writer.ts'

const NEVER = new AbortController().signal
let raw: ReturnType<typeof memoryLog>
let sent: ReturnType<typeof memoryLog>
let reader: TopicReader
let isHeld: boolean

beforeEach(() => {
  raw = memoryLog('segment.raw', 4)
  sent = memoryLog('errors.sent', 1)
  isHeld = true
  reader = {
    spans: topic => (topic === 'segment.raw' ? raw : sent).reader.spans(),
    read: (topic, ...rest) => (topic === 'segment.raw' ? raw : sent).reader.read(topic, ...rest),
  }
})

const ERRORS = Array.from({ length: 7 }, (_, offset) =>
  errorRecord({ partition: 1, offset, key: Buffer.from(String(offset)) }),
)

async function* of(errors: readonly ErrorRecord[]) {
  yield* errors
}

/** One run of the command, from settling on. */
async function run(
  errors = ERRORS,
  { again = false, ...overrides }: Partial<ResendOptions> & { again?: boolean } = {},
) {
  const log = await readSentLog(reader, 'errors.sent', NEVER)
  const lock = {
    check() {
      if (!isHeld) throw new LockLostError('lost')
    },
    release: async () => {},
  }
  const common = {
    rawTopic: 'segment.raw',
    reader,
    sent: sent.writer,
    log,
    lock,
    now: () => 5_000,
    signal: NEVER,
  }
  const settled = await settle(common)
  const choose = createChooser({ log, again, maxReplays: 3 })
  const chosen = errors.filter(error => choose(error) === 'send')
  await resend(of(chosen), { ...common, raw: raw.writer, ...PACE, ...overrides })
  return settled
}

const PACE = { rate: 3, pause: async () => {}, onSent: () => {} }

/** How often each was sent. */
const sendings = () => {
  const counts: Record<string, number> = {}
  for (const { headers } of raw.records) {
    const first = String(headers['segedx.error.first-offset'])
    counts[first] = (counts[first] ?? 0) + 1
  }
  return counts
}
const ONCE_EACH = Object.fromEntries(ERRORS.map((_, i) => [String(i), 1]))

test('a rejection goes back as it came, at the time of sending, and says where it has been', async () => {
  const headers = { 'webhook-path': '/segmentio/event' }
  await run([errorRecord({ partition: 3, offset: 12, timestamp: 9, key: Buffer.from('10'), headers })])
  expect(raw.records.map(({ key, value, timestamp }) => [String(key), String(value), timestamp])).toEqual([
    ['10', '{}', 5_000],
  ])
  const [record] = raw.records as [RawRecord]
  expect(Object.entries(record.headers).map(([name, value]) => `${name}=${value}`)).toEqual([
    'webhook-path=/segmentio/event',
    'segedx.error.first-topic=segment.raw',
    'segedx.error.first-partition=3',
    'segedx.error.first-offset=12',
    'segedx.error.first-timestamp=9',
    'segedx.error.replay-count=1',
  ])
  // Rejected again it keeps where it first was, and is another rejection, which may be sent back once more.
  const again = rejection(record)
  expect(readErrorRecord(again)?.identity).toBe('segment.raw-3-12~1')
})

describe('nothing is sent twice', () => {
  test('by running again', async () => {
    await run()
    await run()
    expect(sendings()).toEqual(ONCE_EACH)
    expect(sent.records).toHaveLength(14)
  })

  test('where one raw record was rejected repeatedly, after a replay', async () => {
    await run([...ERRORS, ...ERRORS])
    expect(sendings()).toEqual(ONCE_EACH)
  })

  test.each([
    ['the records are stored, and it dies before their receipts', 'raw', 'after', 3, 0],
    ['it dies before they are stored', 'raw', 'before', 0, 3],
    ['the intents are stored, and it dies before the records', 'sent', 'after', 0, 3],
    ['it dies before the intents', 'sent', 'before', 0, 0],
  ] as const)('when %s', async (_, where, failure, found, notSent) => {
    const { failures } = { raw, sent }[where]
    failures.push(failure)
    await expect(run()).rejects.toThrow('stored')
    expect(await run()).toEqual({ found, notSent, unknown: 0 })
    expect(sendings()).toEqual(ONCE_EACH)
    expect(await run()).toEqual({ found: 0, notSent: 0, unknown: 0 })
    expect(sendings()).toEqual(ONCE_EACH)
  })

  test('when it is told to stop between chunks', async () => {
    const stop = new AbortController()
    const running = run(ERRORS, { signal: stop.signal, onSent: () => stop.abort() })
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    expect(raw.records).toHaveLength(3)
    await run()
    expect(sendings()).toEqual(ONCE_EACH)
  })

  test('by a run that has lost the lock', async () => {
    const running = run(ERRORS, {
      onSent: () => {
        isHeld = false
      },
    })
    await expect(running).rejects.toBeInstanceOf(LockLostError)
    expect(raw.records).toHaveLength(3)
  })
})

test('where raw records that would tell are deleted, it stays in doubt, until somebody says again', async () => {
  raw.failures.push('after')
  await expect(run(ERRORS.slice(0, 2))).rejects.toThrow()
  const { spans } = reader
  reader = {
    ...reader,
    spans: async topic =>
      new Map(
        [...(await spans(topic))].map(([p, { to }]) => [p, { from: topic === 'segment.raw' ? to : 0, to }]),
      ),
  }
  expect(await run()).toMatchObject({ unknown: 2 })
  expect(sendings()).toEqual(ONCE_EACH)
  await run(ERRORS.slice(0, 1), { again: true })
  expect(sendings()).toEqual({ ...ONCE_EACH, 0: 2 })
})

test('between chunks it waits as the rate says', async () => {
  const pauses: number[] = []
  await run(ERRORS, { pause: async ms => void pauses.push(Math.round(ms / 100)) })
  expect(pauses).toEqual([10, 10])
})

test('what was sent back as often as allowed is not sent again', () => {
  const choose = createChooser({ log: new Map(), again: true, maxReplays: 2 })
  const sentBack = (count: number) =>
    errorRecord({
      headers: Object.fromEntries(
        [
          ['replay-count', count],
          ['first-topic', 't'],
          ['first-partition', 0],
          ['first-offset', 1],
        ].map(([name, value]) => [`segedx.error.${name}`, String(value)]),
      ),
    })
  expect([0, 1, 2, 3].map(count => choose(sentBack(count)))).toEqual(['send', 'send', 'capped', 'capped'])
})

test('a topic that somebody else writes to is not taken for the log of what was sent', async () => {
  const write = (value: string) =>
    sent.writer.append([
      { partition: 0, key: Buffer.from('k'), value: Buffer.from(value), timestamp: 0, headers: {} },
    ])
  await write('text')
  await expect(readSentLog(reader, 'errors.sent', NEVER)).rejects.toThrow('at errors.sent 0:0 is not JSON')
  sent.records.pop()
  await write('{"v":2}')
  await expect(readSentLog(reader, 'errors.sent', NEVER)).rejects.toThrow('not one of version 1')
})
