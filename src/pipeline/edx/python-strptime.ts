import type { Micros } from '../shapes.ts'
import { asciiDigits, DECIMAL_DIGITS } from './python-unicode.ts'
import { timeOf } from './utc-time.ts'

const COMMON = 'dddd-dd-ddTdd:dd:dd.dddZ'

const DIGIT = 'd'.charCodeAt(0)

/** Python's \d. */
const d = `[${DECIMAL_DIGITS}]`

/**
 * What strptime takes beyond: either case of T and Z, fields of one digit, a day after a blank, and the
 * digits of other scripts wherever its own pattern says \d. It takes seconds 60 and 61, too, but no datetime does.
 */
const UNCOMMON = new RegExp(
  `^(${d}{4})-(1[0-2]|0?[1-9])-(3[01]|[12]${d}|[0 ]?[1-9])[Tt]` +
    `(2[0-3]|[01]${d}|${d}):([0-5]${d}|${d}):([0-5]${d}|${d})\\.([0-9]{1,6})[Zz]$`,
  'u',
)

type SixNumbers = [number, number, number, number, number, number]

/**
 * Python's `strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ')` as microseconds since the epoch, in UTC. Null where it
 * raises ValueError. Source: CPython 3.11, _strptime.TimeRE.
 */
export function parseSegmentTime(text: string): Micros | null {
  return isCommonTime(text) ? parseCommon(text) : parseUncommon(text)
}

/** Whether it is of Segment's own form, as nearly every event's is: `2014-08-27T16:33:39.215Z`. */
export function isCommonTime(text: string): boolean {
  if (text.length !== COMMON.length) return false
  for (let i = 0; i < COMMON.length; i++) {
    const wanted = COMMON.charCodeAt(i)
    const c = text.charCodeAt(i)
    if (wanted === DIGIT ? c < 0x30 || c > 0x39 : c !== wanted) return false
  }
  return true
}

function parseCommon(text: string): Micros | null {
  return timeOf({
    year: digitsAt(text, 0, 4),
    month: digitsAt(text, 5, 2),
    day: digitsAt(text, 8, 2),
    hour: digitsAt(text, 11, 2),
    minute: digitsAt(text, 14, 2),
    second: digitsAt(text, 17, 2),
    micros: digitsAt(text, 20, 3) * 1000,
  })
}

function digitsAt(text: string, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - 48
  return value
}

function parseUncommon(text: string): Micros | null {
  const match = UNCOMMON.exec(text)?.map(asciiDigits)
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as SixNumbers
  return timeOf({ year, month, day, hour, minute, second, micros: Number(match[7]?.padEnd(6, '0')) })
}

/** A time as the tracking log writes it: Python's `isoformat` in UTC, without a fraction that is zero. */
export function formatLogTime(time: Micros): string {
  let seconds = Number(time / 1_000_000n)
  let micros = Number(time % 1_000_000n)
  if (micros < 0) {
    seconds -= 1
    micros += 1_000_000
  }
  const iso = new Date(seconds * 1000).toISOString()
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`
  return `${iso.slice(0, 19)}${fraction}+00:00`
}
