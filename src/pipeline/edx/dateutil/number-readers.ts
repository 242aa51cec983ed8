import { daysIn } from '../utc-time.ts'
import { addDigits, addMonth, addValue, addYear, type DateNumbers } from './calendar-date.ts'
import {
  hourOf,
  integer,
  type Reader,
  type Reading,
  setHours,
  setMinutes,
  setSeconds,
  wholeOf,
} from './reading.ts'
import { isFiller, meridiemOf, monthOf, unitOf } from './words.ts'

/*
 * What a number can begin. Each reader takes it that the token is a number; its length says most of it.
 */

export const isNumber = (token: string | undefined) => token !== undefined && /^\d+(?:\.\d+)?$/.test(token)

/** Sets the hour and the minute of four digits, or the hour alone of two; null where they are no numbers. */
function setHourMinute(reading: Reading, digits: string): 1 | null {
  const hour = integer(digits.slice(0, 2))
  const minute = digits.length > 2 ? integer(digits.slice(2, 4)) : reading.minute
  if (hour === null || minute === null) return null
  reading.hour = hour
  reading.minute = minute
  return 1
}

/** `23` and `2359` behind a complete date. */
const hourBehindDate: Reader = (reading, at) => {
  const { tokens, date, hour } = reading
  const digits = tokens[at] as string
  if (date.numbers.length !== 3 || hour !== undefined || (digits.length !== 2 && digits.length !== 4))
    return 0
  if (tokens[at + 1] === ':' || unitOf(tokens[at + 1]) !== undefined) return 0
  return setHourMinute(reading, digits)
}

/** `YYMMDD` at first, else `hhmmss` or `hhmmss.ffffff`. */
const sixDigits: Reader = (reading, at) => {
  const digits = reading.tokens[at] as string
  if (digits.length !== 6 && digits.indexOf('.') !== 6) return 0
  const { date } = reading
  if (date.numbers.length > 0 || digits.includes('.'))
    return setSeconds(reading, digits.slice(4)) ? setHourMinute(reading, digits) : null
  for (const part of [0, 2, 4]) if (!addDigits(date, digits.slice(part, part + 2))) return null
  return 1
}

/** `YYYYMMDD`, `YYYYMMDDhhmm`, `YYYYMMDDhhmmss`. */
const manyDigits: Reader = (reading, at) => {
  const digits = reading.tokens[at] as string
  if (![8, 12, 14].includes(digits.length)) return 0
  const { date } = reading
  const year = integer(digits.slice(0, 4))
  if (year === null || !addYear(date, year)) return null
  if (!addDigits(date, digits.slice(4, 6)) || !addDigits(date, digits.slice(6, 8))) return null
  if (digits.length === 8) return 1
  const second = digits.length === 14 ? integer(digits.slice(12)) : reading.second
  if (second === null) return null
  reading.second = second
  return setHourMinute(reading, digits.slice(8, 12))
}

/** `10h`, `10 h`; a number behind another's unit is of the next smaller one, as in `10h30`. */
const withUnit: Reader = (reading, at) => {
  const { tokens } = reading
  const token = tokens[at] as string
  const behind = tokens[at + 1] === ' ' ? 2 : 1
  const unit = unitOf(tokens[at + behind])
  if (unit !== undefined) {
    setUnit(reading, token, unit)
    return behind + 1
  }
  const isLast = at === tokens.length - 1
  const before =
    unitOf(tokens[at - 1]) ?? (isLast && tokens[at - 1] === ' ' ? unitOf(tokens[at - 2]) : undefined)
  if (before === undefined) return 0
  setUnit(reading, token, before + 1)
  return 1
}

function setUnit(reading: Reading, token: string, unit: number): void {
  if (unit === 0) setHours(reading, token)
  if (unit === 1) setMinutes(reading, token)
  if (unit === 2) setSeconds(reading, token)
}

/** `hh:mm`, `hh:mm:ss.ffffff`. */
const withColon: Reader = (reading, at) => {
  const { tokens } = reading
  const minutes = tokens[at + 2]
  if (tokens[at + 1] !== ':' || minutes === undefined) return 0
  if (!isNumber(minutes)) return null
  reading.hour = wholeOf(tokens[at] as string)
  setMinutes(reading, minutes)
  if (tokens[at + 3] !== ':' || tokens[at + 4] === undefined) return 3
  return setSeconds(reading, tokens[at + 4]) ? 5 : null
}

/** `2014-08-27`, `27/Aug/2014`, `27.08`; a blank or a word of no meaning ends it. */
const withSeparator: Reader = ({ tokens, date }, at) => {
  const separator = tokens[at + 1]
  if (separator !== '-' && separator !== '/' && separator !== '.') return 0
  if (!addDigits(date, tokens[at])) return null
  if (tokens[at + 2] === undefined || isFiller(tokens[at + 2])) return 2
  if (!addDigitsOrMonth(date, tokens[at + 2])) return null
  if (tokens[at + 3] !== separator) return 3
  return addDigitsOrMonth(date, tokens[at + 4]) ? 5 : null
}

function addDigitsOrMonth(date: DateNumbers, token: string | undefined): boolean {
  const month = monthOf(token)
  return month === undefined ? addDigits(date, token) : addMonth(date, month + 1)
}

/** `10 am`; else any number before a blank or at the end is of the date. */
const beforeFiller: Reader = (reading, at) => {
  const { tokens, date } = reading
  if (tokens[at + 1] !== undefined && !isFiller(tokens[at + 1])) return 0
  const value = Number(tokens[at])
  const meridiem = meridiemOf(tokens[at + 2])
  if (meridiem === undefined) return addValue(date, value) ? 2 : null
  reading.hour = hourOf(Math.trunc(value), meridiem)
  return 3
}

/** `10am`. */
const withMeridiem: Reader = (reading, at) => {
  const meridiem = meridiemOf(reading.tokens[at + 1])
  const value = Number(reading.tokens[at])
  if (meridiem === undefined || value >= 24) return 0
  reading.hour = hourOf(Math.trunc(value), meridiem)
  return 2
}

/** A number before anything else, if the month may have such a day. */
const day: Reader = ({ tokens, date }, at) => {
  const value = Number(tokens[at])
  const month = date.month === undefined ? undefined : date.numbers[date.month]
  const year = date.year === undefined ? 2000 : (date.numbers[date.year] as number)
  const lastDay = month === undefined ? 31 : daysIn(year, month)
  return value >= 1 && value <= lastDay && addValue(date, value) ? 1 : null
}

/** In dateutil's order: the first that knows the number has it. */
export const NUMBER_READERS: readonly Reader[] = [
  hourBehindDate,
  sixDigits,
  manyDigits,
  withUnit,
  withColon,
  withSeparator,
  beforeFiller,
  withMeridiem,
  day,
]
