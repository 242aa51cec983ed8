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

const DAY_SECONDS = 86_400
/** From the first day of March of year 0 to the epoch. */
const DAYS_TO_EPOCH = 719_468

/** Microseconds since the epoch; null where Python's `datetime` has no such time (years 0001 to 9999). */
export function timeOf({ year, month, day, hour, minute, second, micros }: TimeParts): Micros | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return null
  if (day < 1 || day > daysIn(year, month)) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  const seconds = daysTo(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second
  const sum = seconds * 1_000_000 + micros
  return Number.isSafeInteger(sum) ? sum : BigInt(seconds) * 1_000_000n + BigInt(micros)
}

/**
 * Days from the epoch to a day of the Gregorian calendar. Years are taken to begin in March, so that a leap day is a
 * year's last; Date.UTC says the same, and is a call out of JavaScript.
 */
function daysTo(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const monthsFromMarch = (month + 9) % 12
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  return 365 * y + leapDays + Math.floor((153 * monthsFromMarch + 2) / 5) + day - 1 - DAYS_TO_EPOCH
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
