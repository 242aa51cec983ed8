import { expect, test } from 'vitest'
import { readErrorRecord } from '#src/errors/error-record.ts'
import type { Sent } from '#src/errors/sent-log.ts'
import { sourcePlace } from '#src/errors/source-place.ts'
import { createStats, type Facet } from '#src/errors/stats.ts'
import { createRouter } from '#src/pipeline/route.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { errorRecord, rejection } from '../support/error-records.ts'
import { pipelineSettings, rawRecord } from '../support/pipeline.ts'

const HOUR_MS = 3_600_000
const place = (offset: number) => ({ partition: 1, offset, timestamp: offset * HOUR_MS })
const sentBackFrom = (offset: number) => ({
  ...{ partition: 2, offset: 100 + offset, timestamp: 50 * HOUR_MS },
  headers: Object.fromEntries(
    Object.entries({
      'first-topic': 'segment.raw',
      'first-partition': 1,
      'first-offset': offset,
      'replay-count': 1,
    }).map(([name, value]) => [`segedx.error.${name}`, String(value)]),
  ),
})
const sent = (offset: number): Sent => ({ state: 'sent', partition: 2, offset })

/** 0 open, 1 in doubt, 2 on its way, 3 rejected again, 4 cured; and a second time, after a replay, 0. */
function statsBy(facet: Facet) {
  const log = new Map<string, Sent>([
    ['segment.raw-1-1~0', { state: 'intent', partition: 2, offset: 9 }],
    ['segment.raw-1-2~0', sent(500)],
    ['segment.raw-1-3~0', sent(103)],
    ['segment.raw-1-4~0', sent(104)],
  ])
  const stats = createStats(facet, {
    log,
    isProcessed: (partition, offset) => partition === 2 && offset < 200,
  })
  for (const offset of [0, 1, 2, 3, 4, 0]) stats.add(errorRecord(place(offset)), true)
  stats.add(errorRecord(sentBackFrom(3), 'user_id_invalid'), true)
  stats.add(errorRecord(place(7)), false)
  return stats
}

const NONE = { open: 0, replayed: 0, in_doubt: 0, sent: 0, rejected_again: 0, cured: 0 }

const EACH = { open: 1, replayed: 0, in_doubt: 1, sent: 1, rejected_again: 1, cured: 1 }

test('tells open from cured, and counts each rejection once', () => {
  const { groups, all } = statsBy('reason').result()
  expect(Object.fromEntries(groups)).toEqual({
    user_id_invalid: { ...NONE, open: 1, total: 1 },
    user_unknown: { ...EACH, total: 5 },
  })
  expect(all).toEqual({ ...EACH, open: 2, total: 6 })
})

test('open ones whose raw record is on the output topic are told from the others', () => {
  const stats = statsBy('reason')
  expect(stats.openSince()).toBe(0)
  const router = createRouter(pipelineSettings())
  // What stands open, has stood there, and does not: 1-0 was rejected, 2-103 rejected again, 1-4 cured, 1-9 nothing.
  for (const [partition, offset] of [
    [1, 0],
    [2, 103],
    [1, 4],
    [1, 9],
  ]) {
    const emitted = router.event(rawRecord('{}', { partition, offset } as object), 'id', 0, () => {})
    const place = sourcePlace({ ...rawRecord(null), headers: emitted.headers as RawRecord['headers'] })
    for (let times = 0; times < 2; times++) stats.passed(place ?? 'none')
  }
  expect(stats.result().all).toEqual({ ...EACH, open: 0, replayed: 2, total: 6 })
  expect(sourcePlace(rawRecord(null))).toBeNull()
})

test('by stage, and by the hour of receipt', () => {
  expect([...statsBy('stage').result().groups.keys()]).toEqual(['check', 'resolve'])
  const hours = [...statsBy('hour').result().groups].map(([hour, { total }]) => `${hour} ${total}`)
  expect(hours).toEqual([...[0, 1, 2, 3, 4].map(hour => `1970-01-01T0${hour}:00Z 1`), '1970-01-03T02:00Z 1'])
})

test('a record without the headers of the processor is none of its rejections', () => {
  const { headers, ...rest } = rejection()
  expect(readErrorRecord({ headers: {}, ...rest })).toBeNull()
  expect(readErrorRecord({ headers: { ...headers, 'segedx.error.replay-count': 'x' }, ...rest })).toBeNull()
})
