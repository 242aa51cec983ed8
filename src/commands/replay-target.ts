import type { Target } from '../replay/plan.ts'
import { UsageError } from './command.ts'
import { timeOf } from './times.ts'

export const TARGET_OPTIONS = {
  toEarliest: { help: 'to the oldest raw record that there is' },
  toLatest: { help: 'to the end: what the group has not processed yet is skipped' },
  toDatetime: { value: 'TIME', help: 'to the first record received at this time or later' },
  byDuration: { value: 'DURATION', help: 'the same, so long ago, such as PT6H or P1DT12H' },
  toOffset: { value: 'N', help: 'to this offset of each partition' },
} as const

export type TargetOptions = {
  readonly [Name in keyof typeof TARGET_OPTIONS]: (typeof TARGET_OPTIONS)[Name] extends { value: string }
    ? string | undefined
    : boolean
}

const NAMES = '--to-earliest, --to-latest, --to-datetime, --by-duration or --to-offset'

/** Where a replay is to begin; `now` is what a duration is counted back from. Throws UsageError. */
export function targetOf(options: TargetOptions, now: number): Target {
  const { toEarliest, toLatest, toDatetime, byDuration, toOffset } = options
  const given: Target[] = []
  if (toEarliest) given.push({ kind: 'earliest' })
  if (toLatest) given.push({ kind: 'latest' })
  if (toDatetime !== undefined) given.push(atTime(toDatetime, now))
  if (byDuration !== undefined) given.push(beforeNow(byDuration, now))
  if (toOffset !== undefined) given.push(atOffset(toOffset))
  const [target, another] = given
  if (!target) throw new UsageError(`Nothing says where to: give one of ${NAMES}`)
  if (another) throw new UsageError(`Only one of ${NAMES} can be given`)
  return target
}

/** Without its zone it would be another time on another machine. */
const ZONED = /T.*(Z|[+-]\d\d:\d\d)$/

function atTime(text: string, now: number): Target {
  if (ZONED.test(text)) return { kind: 'time', timestampMs: timeOf('--to-datetime', text, now) }
  const expected = 'a date and time with its zone, such as 2026-11-01T00:00:00Z'
  throw new UsageError(`--to-datetime is ${JSON.stringify(text)}: expected ${expected}`)
}

function beforeNow(text: string, now: number): Target {
  if (text.startsWith('P')) {
    return { kind: 'time', timestampMs: Math.max(0, timeOf('--by-duration', text, now)) }
  }
  throw new UsageError(`--by-duration is ${JSON.stringify(text)}: expected a duration, such as PT6H`)
}

function atOffset(text: string): Target {
  if (/^\d{1,15}$/.test(text)) return { kind: 'offset', offset: Number(text) }
  throw new UsageError(`--to-offset is ${JSON.stringify(text)}: expected a whole number`)
}
