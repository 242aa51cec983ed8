import type { Micros, Text } from '../../shapes.ts'
import { parseCommonTime } from '../python-strptime.ts'
import { asciiDigits } from '../python-unicode.ts'
import { FIRST_TIME, LAST_TIME, timeOf } from '../utc-time.ts'
import { calendarDate } from './calendar-date.ts'
import { isNumber, NUMBER_READERS } from './number-readers.ts'
import type { Reading } from './reading.ts'
import { tokenize } from './tokens.ts'
import { WORD_READERS } from './word-readers.ts'
import { isUtc } from './words.ts'

/*
 * Times as python-dateutil 2.9's `parser.parse` reads them: once through the tokens, where what a token means
 * hangs on what was read before it.
 *
 * dateutil asks the clock for the parts of a date that are missing, and for the century of a year of two
 * digits. The pipeline has no clock: both are refused. So is a text of more than 1000 characters.
 */
const MAX_LENGTH = 1000

/** Microseconds since the epoch; without a zone the time is UTC's. Null where dateutil raises or asks the clock. */
export function parseDateutilTime(source: Text): Micros | null {
  const common = parseCommonTime(source)
  if (common !== undefined) return common
  const text = String(source)
  // What is numeric without being a decimal digit (², ½) is part of no time.
  if (text.length > MAX_LENGTH || /\p{No}/u.test(text)) return null
  const tokens = tokenize(asciiDigits(text.replaceAll('\0', '')))
  const reading: Reading = { tokens, date: { numbers: [] }, minute: 0, second: 0, micros: 0 }
  for (let at = 0; at < tokens.length; ) {
    const taken = readAt(reading, at)
    if (taken === null) return null
    at += taken
  }
  return timeIn(reading)
}

/** How many tokens were taken; null where no reader knows the token, or one refuses it. */
function readAt(reading: Reading, at: number): number | null {
  for (const read of isNumber(reading.tokens[at]) ? NUMBER_READERS : WORD_READERS) {
    const taken = read(reading, at)
    if (taken !== 0) return taken
  }
  return null
}

function timeIn({ date, hour = 0, minute, second, micros, zone, offsetSeconds = 0 }: Reading): Micros | null {
  const day = calendarDate(date)
  const local = day && timeOf({ ...day, hour, minute, second, micros })
  if (local === null || offsetSeconds === 0 || (zone !== undefined && isUtc(zone))) return local
  const time = BigInt(local) - BigInt(offsetSeconds) * 1_000_000n
  return Math.abs(offsetSeconds) < 86_400 && time >= FIRST_TIME && time <= LAST_TIME ? time : null
}
