import { type EventShape, USERS } from '../events.ts'
import { PARTITIONS } from '../world.ts'
import type { Watched } from './watched.ts'

/** What one run of the product is made with. */
export interface Point {
  readonly events: number
  readonly partitions: number
  readonly shape: EventShape
  readonly instances: number
  readonly settings: readonly string[]
  /** Beside the series, and not of its law; the label says what it is. */
  readonly beside?: string
}

/** What was seen at a point. */
export interface Seen extends Watched, Point {
  readonly bytesEach: number
  /** Different ones among the events. */
  readonly users: number
}

export interface Series {
  readonly name: string
  /** The figure that grows, and its unit. */
  readonly grown: 'events' | 'bytesEach' | 'users' | 'partitions' | 'instances'
  readonly unit: string
  readonly points: readonly Point[]
}

/** Enough that a process is warm for most of them. */
const EVENTS = 150_000
/** Of the largest backlog. */
const SHARES = [0.05, 0.2, 1]
/** With their share of the events: fewer of the largest make a process as warm, and take no longer. */
const SIZES = [
  ['small', 1],
  ['full', 1],
  ['huge', 0.25],
] as const
/** More than the cache holds; of so many, most events have one of their own. */
export const MANY_USERS = 500_000

/**
 * Sizes come first: the broker gets warmer for some more runs, and between them it matters least. `largest` is the largest
 * backlog.
 */
export function allSeries(largest: number): Series[] {
  const base: Point = {
    events: Math.min(EVENTS, largest),
    partitions: PARTITIONS,
    shape: {},
    instances: 1,
    settings: [],
  }
  const pointsOf = (points: readonly Partial<Point>[]) => points.map(point => ({ ...base, ...point }))
  return [
    {
      ...{ name: 'Size of an event', grown: 'bytesEach', unit: 'bytes' },
      points: pointsOf(
        SIZES.map(([size, share]) => ({ shape: { size }, events: Math.round(base.events * share) })),
      ),
    },
    {
      ...{ name: 'Backlog', grown: 'events', unit: 'events' },
      points: pointsOf(SHARES.map(share => ({ events: Math.round(largest * share) }))),
    },
    {
      ...{ name: 'Users', grown: 'users', unit: 'users' },
      points: pointsOf([
        { shape: { users: 1_000 } },
        {},
        { shape: { users: MANY_USERS } },
        { settings: ['USERS_CACHE_SIZE=0'], beside: `${USERS.count / 1_000}k, no cache` },
      ]),
    },
    {
      ...{ name: 'Partitions', grown: 'partitions', unit: 'partitions' },
      points: pointsOf([1, 4, PARTITIONS, 16].map(partitions => ({ partitions }))),
    },
    {
      ...{ name: 'Processes', grown: 'instances', unit: 'processes' },
      points: pointsOf([1, 2].map(instances => ({ instances }))),
    },
  ]
}
