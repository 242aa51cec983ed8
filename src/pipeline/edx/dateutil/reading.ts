import type { DateNumbers } from './calendar-date.ts'

/** What the tokens said so far. */
export interface Reading {
  readonly tokens: string[]
  readonly date: DateNumbers
  hour?: number
  minute: number
  second: number
  micros: number
  zone?: string | undefined
  offsetSeconds?: number | undefined
}

/**
 * Reads what begins at a token: how many tokens that took, 0 where it is something else, null where dateutil
 * raises.
 */
export type Reader = (reading: Reading, at: number) => number | null

/** Python's int(); null where it raises. */
export const integer = (token: string | undefined) =>
  token !== undefined && /^\d+$/.test(token) ? Number(token) : null

/** Sets the hours of a number, and the minutes where it has a fraction. */
export function setHours(reading: Reading, token: string): void {
  reading.hour = wholeOf(token)
  if (/\..*[1-9]/.test(token)) reading.minute = sixtieths(token)
}

/** Sets the minutes of a number, and the seconds that its fraction makes. */
export function setMinutes(reading: Reading, token: string): void {
  reading.minute = wholeOf(token)
  reading.second = sixtieths(token)
}

/** Sets the seconds and their fraction, of which six digits count. False where the token is no such number. */
export function setSeconds(reading: Reading, token: string | undefined): boolean {
  const [, second, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(token ?? '') ?? []
  if (second === undefined) return false
  reading.second = Number(second)
  reading.micros = Number(fraction.padEnd(6, '0').slice(0, 6))
  return true
}

/** A number without its fraction: as text, since many nines would round it up. */
export const wholeOf = (token: string) => Number(token.split('.')[0])

/** The whole sixtieths in a number's fraction, in decimals as dateutil counts: binary fractions would miss some. */
function sixtieths(token: string): number {
  const digits = token.split('.')[1]?.slice(0, 26) ?? ''
  return Number((BigInt(`0${digits}`) * 60n) / 10n ** BigInt(digits.length))
}

/** The hour on a 24-hour clock; `meridiem` 1 is after noon. */
export function hourOf(hour: number, meridiem: number): number {
  if (meridiem === 1) return hour < 12 ? hour + 12 : hour
  return hour === 12 ? 0 : hour
}
