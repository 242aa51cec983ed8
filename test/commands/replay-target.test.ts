import { describe, expect, test } from 'vitest'
import { type TargetOptions, targetOf } from '#src/commands/replay-target.ts'

const NOTHING: TargetOptions = {
  toEarliest: false,
  toLatest: false,
  toDatetime: undefined,
  byDuration: undefined,
  toOffset: undefined,
}
const NOW = Date.parse('2026-11-24T12:00:00Z')
const of = (options: Partial<TargetOptions>) => targetOf({ ...NOTHING, ...options }, NOW)
const time = (text: string) => ({ kind: 'time', timestampMs: Date.parse(text) })

test('each option names a place', () => {
  expect(of({ toEarliest: true })).toEqual({ kind: 'earliest' })
  expect(of({ toLatest: true })).toEqual({ kind: 'latest' })
  expect(of({ toOffset: '17' })).toEqual({ kind: 'offset', offset: 17 })
  expect(of({ toDatetime: '2026-11-01T00:00:00Z' })).toEqual(time('2026-11-01T00:00:00Z'))
  expect(of({ toDatetime: '2026-11-01T02:00+02:00' })).toEqual(time('2026-11-01T00:00:00Z'))
})

test.each([
  ['PT6H', '2026-11-24T06:00:00Z'],
  ['P1DT12H', '2026-11-23T00:00:00Z'],
  ['P2W', '2026-11-10T12:00:00Z'],
  ['PT90M30S', '2026-11-24T10:29:30Z'],
  ['P99999999D', '1970-01-01T00:00:00Z'],
])('%s ago is %s', (byDuration, expected) => {
  expect(of({ byDuration })).toEqual(time(expected))
})

describe('what names no place is said', () => {
  test.each<[string, Partial<TargetOptions>, string]>([
    ['nothing', {}, 'Nothing says where to: give one of --to-earliest'],
    ['two at once', { toEarliest: true, toOffset: '3' }, 'Only one of --to-earliest'],
    [
      'a time without a zone',
      { toDatetime: '2026-11-01T00:00:00' },
      '--to-datetime is "2026-11-01T00:00:00"',
    ],
    ['a date alone', { toDatetime: '2026-11-01' }, 'expected a date and time with its zone'],
    ['a month that is none', { toDatetime: '2026-13-01T00:00:00Z' }, '--to-datetime is'],
    ['a duration of months', { byDuration: 'P1M' }, '--by-duration is "P1M"'],
    ['a duration of nothing', { byDuration: 'PT' }, '--by-duration is "PT"'],
    [
      'a time for a duration',
      { byDuration: '2026-11-01' },
      '--by-duration is "2026-11-01": expected a duration',
    ],
    ['a negative offset', { toOffset: '-1' }, '--to-offset is "-1": expected a whole number'],
    ['no offset', { toOffset: 'end' }, '--to-offset is "end"'],
  ])('%s', (_, options, problem) => {
    expect(() => of(options)).toThrow(problem)
  })
})
