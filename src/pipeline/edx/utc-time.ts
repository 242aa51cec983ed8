import type { Micros } from '../shapes.ts'

/** The parts of a UTC time as they are written; `month` and `day` count from 1. */
export interface TimeParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly micros: number
}

/** 0001-01-01 and the last microsecond of 9999. */
export const FIRST_TIME: Micros = -62_135_596_800_000_000n
export const LAST_TIME: Micros = 253_402_300_799_999_999n

/** The Gregorian calendar repeats after 400 years; beyond year 400, Date.UTC has no two-digit years. */
const FOUR_CENTURIES_MS = 146_097 * 86_400_000

/** Microseconds since the epoch; null where Python's `datetime` has no such time (years 0001 to 9999). */
export function timeOf({ year, month, day, hour, minute, second, micros }: TimeParts): Micros | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return null
  if (day < 1 || day > daysIn(year, month)) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  const millis = Date.UTC(year + 400, month - 1, day, hour, minute, second) - FOUR_CENTURIES_MS
  return microsOf(millis, micros)
}

function microsOf(millis: number, micros: number): Micros {
  const sum = millis * 1000 + micros
  return Number.isSafeInteger(sum) ? sum : BigInt(millis) * 1000n + BigInt(micros)
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
