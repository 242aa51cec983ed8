import { type Micros, type Text, Utf8Slice } from '../shapes.ts'
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
export function parseSegmentTime(text: Text): Micros | null {
  const common = parseCommonTime(text)
  return common === undefined ? parseUncommon(String(text)) : common
}

/** A time of Segment's own form, as nearly every event's is: `2014-08-27T16:33:39.215Z`. Undefined: it is of another. */
export function parseCommonTime(text: Text): Micros | null | undefined {
  const { bytes, start, end } = text instanceof Utf8Slice ? text : sliceOf(String(text))
  if (end - start !== COMMON.length) return undefined
  for (let i = 0; i < COMMON.length; i++) {
    const wanted = COMMON.charCodeAt(i)
    const c = bytes[start + i] as number
    if (wanted === DIGIT ? c < 0x30 || c > 0x39 : c !== wanted) return undefined
  }
  return timeOf({
    year: digitsAt(bytes, start, 4),
    month: digitsAt(bytes, start + 5, 2),
    day: digitsAt(bytes, start + 8, 2),
    hour: digitsAt(bytes, start + 11, 2),
    minute: digitsAt(bytes, start + 14, 2),
    second: digitsAt(bytes, start + 17, 2),
    micros: digitsAt(bytes, start + 20, 3) * 1000,
  })
}

function sliceOf(text: string): Utf8Slice {
  const bytes = Buffer.from(text)
  return new Utf8Slice(bytes, 0, bytes.length)
}

function digitsAt(bytes: Buffer, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) value = value * 10 + (bytes[i] as number) - 48
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
  const exact = BigInt(time)
  let seconds = Number(exact / 1_000_000n)
  let micros = Number(exact % 1_000_000n)
  if (micros < 0) {
    seconds -= 1
    micros += 1_000_000
  }
  const iso = new Date(seconds * 1000).toISOString()
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`
  return `${iso.slice(0, 19)}${fraction}+00:00`
}
