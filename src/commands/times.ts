import { UsageError } from './command.ts'

const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/
const DURATION =
  /^P(?=.)(?:(?<weeks>\d+)W)?(?:(?<days>\d+)D)?(?:T(?=\d)(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>\d+)S)?)?$/
const UNITS = { weeks: 604_800_000, days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000 }

export const TIME_FORMS = '2026-11-01T00:00:00Z, a date (UTC), or PT6H for six hours ago'

/** A time that somebody gave as an option, in milliseconds since the epoch. Throws UsageError. */
export function timeOf(option: string, text: string, now: number): number {
  const ago = durationMs(text)
  const time = ago === null ? (MOMENT.test(text) ? Date.parse(text) : Number.NaN) : now - ago
  if (!Number.isNaN(time)) return time
  throw new UsageError(`${option} is ${JSON.stringify(text)}: expected a time, such as ${TIME_FORMS}`)
}

/** An ISO 8601 duration in milliseconds, without months and years, whose length varies; null where it is none. */
function durationMs(text: string): number | null {
  const groups = DURATION.exec(text)?.groups
  if (!groups) return null
  return Object.entries(UNITS).reduce((sum, [unit, ms]) => sum + Number(groups[unit] ?? 0) * ms, 0)
}
