import { addDigits, addMonth, addYear } from './calendar-date.ts'
import { hourOf, integer, type Reader } from './reading.ts'
import { isFiller, isUtc, isZone, meridiemOf, monthOf, weekdayOf } from './words.ts'

/*
 * What a token that is no number can begin.
 */

/** Python takes these for numbers, but for none that can be in a time. */
const infinity: Reader = ({ tokens }, at) => (/^(?:inf|infinity|nan)$/i.test(tokens[at] as string) ? null : 0)

/** A weekday only counts for a time without a day, which is refused anyway. */
const weekday: Reader = ({ tokens }, at) => (weekdayOf(tokens[at]) === undefined ? 0 : 1)

/** `Aug`, `Aug-27`, `Aug/27/2014`, `Aug of 2014`. */
const monthName: Reader = ({ tokens, date }, at) => {
  const month = monthOf(tokens[at])
  if (month === undefined) return 0
  if (!addMonth(date, month + 1)) return null
  const next = tokens[at + 1]
  if (next === '-' || next === '/') {
    if (!addDigits(date, tokens[at + 2])) return null
    if (tokens[at + 3] !== next) return 3
    return addDigits(date, tokens[at + 4]) ? 5 : null
  }
  const year = tokens[at + 4]
  if (next !== ' ' || tokens[at + 2]?.toLowerCase() !== 'of' || tokens[at + 3] !== ' ' || year === undefined)
    return 1
  const value = integer(year)
  // A year without its century; what is no number is passed over.
  if (value !== null && (value < 100 || !addYear(date, value))) return null
  return 5
}

/** `am` and `pm` behind an hour of the 12-hour clock. */
const meridiem: Reader = (reading, at) => {
  const half = meridiemOf(reading.tokens[at])
  if (half === undefined) return 0
  if (reading.hour === undefined || reading.hour > 12) return null
  reading.hour = hourOf(reading.hour, half)
  return 1
}

/** `UTC`, `EST`; a sign behind it is turned, since `GMT+3` is read as "what is GMT here plus three". */
const zoneName: Reader = (reading, at) => {
  const { tokens, hour, zone, offsetSeconds } = reading
  const name = tokens[at] as string
  if (hour === undefined || zone !== undefined || offsetSeconds !== undefined || !isZone(name)) return 0
  const sign = tokens[at + 1]
  const isSigned = sign === '+' || sign === '-'
  if (isSigned) tokens[at + 1] = sign === '+' ? '-' : '+'
  reading.zone = isSigned && isUtc(name) ? undefined : name
  reading.offsetSeconds = !isSigned && name === 'z' ? 0 : undefined
  return 1
}

/** `+0300`, `-03:00`, `+3`, and a zone's name in brackets behind it. */
const offset: Reader = (reading, at) => {
  const { tokens, hour, zone } = reading
  const sign = tokens[at]
  if (hour === undefined || (sign !== '+' && sign !== '-')) return 0
  const parts = offsetParts(tokens, at + 1)
  const hours = integer(parts.hours)
  const minutes = integer(parts.minutes)
  if (hours === null || minutes === null) return null
  reading.offsetSeconds = (sign === '+' ? 1 : -1) * (hours * 3600 + minutes * 60)
  const taken = 1 + parts.taken
  const name = zone === undefined ? nameInBrackets(tokens, at + taken) : undefined
  if (name === undefined) return taken
  reading.zone = name
  return taken + 4
}

interface OffsetParts {
  readonly hours: string | undefined
  readonly minutes: string | undefined
  readonly taken: number
}

function offsetParts(tokens: readonly string[], at: number): OffsetParts {
  const digits = tokens[at] ?? ''
  if (digits.length === 4) return { hours: digits.slice(0, 2), minutes: digits.slice(2), taken: 1 }
  if (tokens[at + 1] === ':') return { hours: digits, minutes: tokens[at + 2], taken: 3 }
  return { hours: digits, minutes: digits.length <= 2 ? '0' : undefined, taken: 1 }
}

function nameInBrackets(tokens: readonly string[], at: number): string | undefined {
  const [filler, open, name, close] = tokens.slice(at, at + 4)
  if (!isFiller(filler) || open !== '(' || close !== ')') return undefined
  return isZone(name) && (name as string).length >= 3 ? name : undefined
}

const filler: Reader = ({ tokens }, at) => (isFiller(tokens[at]) ? 1 : null)

/** In dateutil's order: the first that knows the word has it. */
export const WORD_READERS: readonly Reader[] = [
  infinity,
  weekday,
  monthName,
  meridiem,
  zoneName,
  offset,
  filler,
]
