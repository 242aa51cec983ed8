import type { Seen, Series } from './series.ts'

/** How cost grows from a series' first point to its last: the ratios of the last to the first. */
export interface Law {
  readonly from: number
  readonly to: number
  /** Client CPU is as what grows to this power: of all events where these are what grows, else of one. */
  readonly exponent: number
  readonly clientCpuAnEvent: number
  /** In the second half of the events: a process that warms up would hide a cost that grows. */
  readonly secondHalfCpuAnEvent: number
  readonly brokerCpuAnEvent: number
  readonly eventsPerSecond: number
  readonly rss: number
}

/** Null where fewer than two points had anything that could be counted. */
export function lawOf({ grown }: Series, seen: readonly Seen[]): Law | null {
  const ofSeries = seen.filter(one => one.beside === undefined && one.clientCpuMicros > 0)
  const [first, last] = [ofSeries[0], ofSeries.at(-1)]
  if (!first || !last || first === last) return null
  const times = (figure: keyof Seen) => Number(last[figure]) / Number(first[figure])
  const ofOne = Math.log(times('clientCpuMicros')) / Math.log(times(grown))
  return {
    from: first[grown],
    to: last[grown],
    exponent: grown === 'events' ? 1 + ofOne : ofOne,
    clientCpuAnEvent: times('clientCpuMicros'),
    secondHalfCpuAnEvent: times('secondHalfCpuMicros'),
    brokerCpuAnEvent: times('brokerCpuMicros'),
    eventsPerSecond: times('eventsPerSecond'),
    rss: times('rssMegabytes'),
  }
}
