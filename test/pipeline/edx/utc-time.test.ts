import { expect, test } from 'vitest'
import { FIRST_TIME, LAST_TIME, timeOf } from '#src/pipeline/edx/utc-time.ts'

const DAY_MS = 86_400_000
/** Prime to 7, 12 and 400: all kinds of days are among them. */
const STEP = 11
const MIDNIGHT = { hour: 0, minute: 0, second: 0, micros: 0 }

test('the days that datetime has begin when JavaScript says they do', () => {
  const last = Number(LAST_TIME) / 1000
  const wrong: string[] = []
  for (let at = Number(FIRST_TIME) / 1000; at < last; at += STEP * DAY_MS) {
    const date = new Date(at)
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    if (Number(timeOf({ ...day, ...MIDNIGHT })) !== at * 1000) wrong.push(date.toISOString())
  }
  expect(wrong).toEqual([])
})

test('the first and the last microsecond are exact', () => {
  expect(timeOf({ year: 1, month: 1, day: 1, ...MIDNIGHT })).toBe(FIRST_TIME)
  const last = { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59, micros: 999_999 }
  expect(timeOf(last)).toBe(LAST_TIME)
})

test.each([
  ['a day that its month has not', { year: 2023, month: 2, day: 29 }],
  ['a century that is no leap year', { year: 1900, month: 2, day: 29 }],
  ['month 13', { year: 2023, month: 13, day: 1 }],
  ['year 0', { year: 0, month: 1, day: 1 }],
])('%s is no time', (_, day) => {
  expect(timeOf({ ...day, ...MIDNIGHT })).toBeNull()
})
