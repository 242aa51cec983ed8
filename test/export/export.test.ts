import { describe, expect, test } from 'vitest'
import { type ExportOptions, type ExportSummary, exportLines } from '#src/export/export.ts'
import type { Outcome, RawRecord } from '#src/pipeline/shapes.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { memoryTopic } from '../support/memory-topic.ts'
import { rawRecord, SCHEMA_TYPE, translateOne } from '../support/pipeline.ts'

const NEVER = new AbortController().signal

const event = (messageId: string, name: string) =>
  JSON.stringify({
    ...{ messageId, userId: 10, action: 'Track' },
    properties: { event_type: 'e', event_source: 'mobile', name, event: {} },
    ...{ timestamp: '2014-08-27T16:33:39.215Z', receivedAt: '2014-08-27T16:33:39.1Z' },
  })

async function output(id: string, name: string, place: Partial<RawRecord>): Promise<RawRecord> {
  const { record } = (await translateOne(event(id, name))) as Extract<Outcome, { kind: 'emitted' }>
  const { key, value, headers, timestamp } = record
  return rawRecord(value, { key, headers, timestamp, topic: 'edx.tracking', ...place } as Partial<RawRecord>)
}

async function namesOf(records: readonly RawRecord[], options: Partial<ExportOptions> = {}) {
  const reader = memoryTopic(records)
  const summary: ExportSummary = { read: 0, lines: 0, repeats: 0, unreadable: [] }
  const all: ExportOptions = {
    ...{ topic: 'edx.tracking', reader, spans: await reader.spans('edx.tracking'), signal: NEVER },
    ...{ repeats: false, follow: false, isInTime: () => true, onRead: () => {} },
    lineOf: async value => (value && value.length > 10 ? trackingLogLine(SCHEMA_TYPE, value) : null),
    ...options,
  }
  let text = ''
  for await (const block of exportLines(all, summary)) text += block
  const lines = text.split('\n').slice(0, -1)
  return { names: lines.map(line => JSON.parse(line).name), summary }
}

const REPEATED = await Promise.all([
  output('a', 'a1', { partition: 0, offset: 0, timestamp: 1 }),
  output('b', 'b1', { partition: 1, offset: 0, timestamp: 2 }),
  output('a', 'a2', { partition: 0, offset: 3, timestamp: 3 }),
  output('b', 'b of another', { partition: 1, offset: 1, timestamp: 4, key: Buffer.from('11') }),
  output('a', 'a3', { partition: 0, offset: 7, timestamp: 9 }),
])

describe('of records that repeat each other', () => {
  test('the last is written, and another key is another event', async () => {
    expect(await namesOf(REPEATED)).toEqual({
      names: ['a3', 'b1', 'b of another'],
      summary: { read: 5, lines: 3, repeats: 2, unreadable: [] },
    })
  })

  test('the last is that of the range', async () => {
    const { names } = await namesOf(REPEATED, { isInTime: timestamp => timestamp < 9 })
    expect(names).toEqual(['a2', 'b1', 'b of another'])
  })

  test('all are written where that is asked for', async () => {
    const { names } = await namesOf(REPEATED, { repeats: true })
    expect(names).toEqual(['a1', 'a2', 'a3', 'b1', 'b of another'])
  })
})

test('what is no tracking event is named, and the rest is written', async () => {
  const strange = [Buffer.from('text'), null, Buffer.from([0, 0, 0, 0, 7, 1])].map((value, i) =>
    rawRecord(value, { partition: 2, offset: i }),
  )
  const { names, summary } = await namesOf([...strange, ...REPEATED])
  expect(names).toEqual(['a3', 'b1', 'b of another'])
  expect(summary.unreadable).toEqual(['2:0', '2:1', '2:2'])
})

test('it ends when it is told to', async () => {
  const stop = new AbortController()
  const reading = namesOf(REPEATED, { signal: stop.signal, onRead: () => stop.abort() })
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
})
