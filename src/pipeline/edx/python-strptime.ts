import type { Micros } from '../shapes.ts'
import { decimalDigit } from './python-int.ts'

const COMMON = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{1,6})Z$/

/** The pattern that CPython 3.11's _strptime builds of `%Y-%m-%dT%H:%M:%S.%fZ`; seconds to 61 are refused below. */
const FORMAT =
  /^(\p{Nd}{4})-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12]\p{Nd}|0[1-9]|[1-9]| [1-9])T(2[0-3]|[01]\p{Nd}|\p{Nd}):([0-5]\p{Nd}|\p{Nd}):(6[01]|[0-5]\p{Nd}|\p{Nd})\.([0-9]{1,6})Z$/iu

/** Python's `strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ')` as microseconds since the epoch. Null where it raises. */
export function parseSegmentTime(text: string): Micros | null {
  const match = COMMON.exec(text) ?? FORMAT.exec(text)
  if (!match) return null
  const part = (i: number) => Number((match[i] as string).replaceAll(/[^\x20-\x7e]/gu, decimalDigit))
  const micros = Number((match[7] as string).padEnd(6, '0'))
  return timeOf(part(1), part(2), part(3), part(4), part(5), part(6), micros)
}

/** Microseconds since the epoch of a UTC time; null where there is no such day or second. */
export function timeOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  micros: number,
): Micros | null {
  if (year < 1 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null
  // Date.UTC would take a year below 100 as one of the 20th century.
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day)
  if (day < 1 || new Date(midnight).getUTCDate() !== day) return null
  const seconds = midnight / 1000 + hour * 3600 + minute * 60 + second
  return BigInt(seconds) * 1_000_000n + BigInt(micros)
}

/** A time as the tracking log writes it: Python's `isoformat` in UTC, without a fraction that is zero. */
export function formatLogTime(time: Micros): string {
  const micros = ((time % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = (time - micros) / 1_000_000n
  const iso = new Date(Number(seconds) * 1000).toISOString()
  const fraction = micros === 0n ? '' : `.${String(micros).padStart(6, '0')}`
  return `${iso.slice(0, 19)}${fraction}+00:00`
}
