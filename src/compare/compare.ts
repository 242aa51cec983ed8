import { type Line, type LoggedEvent, readLoggedEvent } from './logged-event.ts'
import { type Pair, type Pairing, pairUp } from './pairs.ts'

/** One of the two sides; it can be read more than once. */
export type Side = () => AsyncIterable<Line>

export interface CompareOptions {
  /** The log of edX itself. */
  readonly there: Side
  readonly here: Side
  /** Whether a field does not count. */
  readonly isIgnored: (path: string) => boolean
  /** Whether an event of this `received_at` counts. */
  readonly isInTime: (receivedAt: string) => boolean
  readonly onLine: () => void
}

export interface SideSummary {
  lines: number
  /** Of Segment's events: those that are like none before them. */
  events: number
  /** Events that are in every field like one before them, as after a repeated delivery. */
  repeats: number
  /** Lines that are no JSON object, and where the first of them stand. */
  unreadable: number
  readonly unreadableAt: string[]
  /** The earliest and the latest time at which Segment received one. */
  first: string | null
  last: string | null
}

export interface Comparison extends Pairing {
  readonly there: SideSummary
  readonly here: SideSummary
  /** Equal in every field. */
  readonly matched: number
  /** Events without an equal that were only counted: of so many, none can be paired any more. */
  readonly beyond: number
}

/** Where an event was seen; the last is one of the log that has been looked at again. */
const THERE = 1
const HERE = 2
const BOTH = 3
/** Events without an equal that are kept on each side. */
const MOST_KEPT = 200_000
const PLACES_KEPT = 10

/**
 * Compares two tracking logs, of any length: of an event that both have only its digest is kept. The first is read
 * again for its events that the second lacks.
 */
export async function compareLogs(options: CompareOptions): Promise<Comparison> {
  const seen = new Map<string, number>()
  const there = summary()
  for await (const { digest } of eventsOf(options.there, options, there)) {
    if (seen.has(digest)) there.repeats++
    else seen.set(digest, THERE)
  }
  there.events = seen.size

  const here = summary()
  const onlyHere: LoggedEvent[] = []
  let matched = 0
  let beyond = 0
  for await (const event of eventsOf(options.here, options, here)) {
    const place = seen.get(event.digest)
    if (place === BOTH || place === HERE) {
      here.repeats++
      continue
    }
    here.events++
    seen.set(event.digest, place === THERE ? BOTH : HERE)
    if (place === THERE) matched++
    else if (onlyHere.length < MOST_KEPT) onlyHere.push(event)
    else beyond++
  }

  const onlyThere: LoggedEvent[] = []
  if (matched < there.events) {
    for await (const event of eventsOf(options.there, options, summary())) {
      if (seen.get(event.digest) !== THERE) continue
      seen.delete(event.digest)
      if (onlyThere.length < MOST_KEPT) onlyThere.push(event)
      else beyond++
    }
  }
  return { there, here, matched, beyond, ...pairUp(onlyThere, onlyHere) }
}

const summary = (): SideSummary => ({
  ...{ lines: 0, events: 0, repeats: 0, unreadable: 0, unreadableAt: [] },
  ...{ first: null, last: null },
})

async function* eventsOf(
  side: Side,
  { isIgnored, isInTime, onLine }: CompareOptions,
  counts: SideSummary,
): AsyncGenerator<LoggedEvent> {
  for await (const line of side()) {
    onLine()
    counts.lines++
    const event = readLoggedEvent(line, isIgnored)
    if (event === null && ++counts.unreadable <= PLACES_KEPT) counts.unreadableAt.push(line.place)
    if (event === null || event === 'other' || !isInTime(event.receivedAt)) continue
    const { receivedAt } = event
    if (counts.first === null || receivedAt < counts.first) counts.first = receivedAt
    if (counts.last === null || receivedAt > counts.last) counts.last = receivedAt
    yield event
  }
}

export interface Difference {
  readonly path: string
  count: number
  readonly examples: Pair[]
}

/** The pairs by the fields that differ, the most frequent first. */
export function differencesOf(pairs: readonly Pair[], mostExamples: number): Difference[] {
  const byPath = new Map<string, Difference>()
  for (const pair of pairs) {
    for (const path of pair.paths) {
      const difference = byPath.get(path) ?? { path, count: 0, examples: [] }
      byPath.set(path, difference)
      difference.count++
      if (difference.examples.length < mostExamples) difference.examples.push(pair)
    }
  }
  return [...byPath.values()].sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
}
