import type { Span, Spans } from '../ports.ts'
import { UsageError } from './command.ts'
import { TIME_FORMS, timeOf } from './times.ts'

/** Which records of a topic somebody asks for. */
export const RANGE_OPTIONS = {
  since: { value: 'TIME', help: `records received at this time or later: ${TIME_FORMS}` },
  until: { value: 'TIME', help: 'records received before this time' },
  partitions: { value: 'LIST', help: 'only these partitions, such as 0,3' },
  offsets: { value: 'FROM-TO', help: 'only these offsets, both included, such as 100-199, 100- or -199' },
} as const

type RangeOptions = Readonly<Record<keyof typeof RANGE_OPTIONS, string | undefined>>

export interface Range {
  /** Milliseconds since the epoch. */
  readonly since: number | undefined
  readonly until: number
  readonly partitions: ReadonlySet<number> | null
  readonly from: number
  /** Behind the last. */
  readonly to: number
}

/** Reads the options. Throws UsageError. */
export function rangeOf({ since, until, partitions, offsets = '-' }: RangeOptions, now: number): Range {
  const [, from, to] = /^(\d{0,15})-(\d{0,15})$/.exec(offsets) ?? []
  if (from === undefined || to === undefined || (from !== '' && to !== '' && Number(from) > Number(to))) {
    throw new UsageError(`--offsets is ${JSON.stringify(offsets)}: expected FROM-TO, such as 100-199`)
  }
  const range: Range = {
    since: since === undefined ? undefined : timeOf('--since', since, now),
    until: until === undefined ? Number.POSITIVE_INFINITY : timeOf('--until', until, now),
    partitions: partitionsOf(partitions),
    from: Number(from),
    to: to === '' ? Number.POSITIVE_INFINITY : Number(to) + 1,
  }
  if (range.since !== undefined && range.since >= range.until) {
    throw new UsageError('--until is not after --since: no record can be in between')
  }
  return range
}

/** Partitions by their numbers; null: all. Throws UsageError. */
export function partitionsOf(text: string | undefined): ReadonlySet<number> | null {
  if (text === undefined) return null
  if (/^\d{1,6}(,\d{1,6})*$/.test(text)) return new Set(text.split(',').map(Number))
  throw new UsageError(`--partitions is ${JSON.stringify(text)}: expected numbers, such as 0,3`)
}

/** What the range leaves of the spans. Throws UsageError where a partition does not exist. */
export function spansIn(range: Range, spans: Spans): Spans {
  const unknown = [...(range.partitions ?? [])].filter(partition => !spans.has(partition))
  if (unknown.length > 0) {
    throw new UsageError(`--partitions names ${unknown}, and the topic has 0 to ${spans.size - 1}`)
  }
  const asked = [...spans].filter(([partition]) => range.partitions?.has(partition) ?? true)
  return new Map(asked.map(([partition, span]) => [partition, cut(span, range)]))
}

const cut = ({ from, to }: Span, range: Range): Span => ({
  from: Math.max(from, range.from),
  to: Math.min(to, range.to),
})

/** Whether a record's time is in the range: times are not in the order of offsets, so each record is asked. */
export const isInTime = ({ since = Number.NEGATIVE_INFINITY, until }: Range, timestamp: number): boolean =>
  timestamp >= since && timestamp < until
