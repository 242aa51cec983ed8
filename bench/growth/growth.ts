import type { Progress } from '../../dev/stack/progress.ts'
import { startWorld, type World } from '../world.ts'
import { type Law, lawOf } from './law.ts'
import { createRawTopic } from './raw-topic.ts'
import { allSeries, MANY_USERS, type Point, type Seen, type Series } from './series.ts'
import { watch } from './watched.ts'

/*
 * How the product's cost grows with the backlog, an event's size, users, partitions and processes: in a world of its
 * own, one run a point. A point of several series is run once.
 */

export interface GrowthResults {
  readonly series: readonly SeenSeries[]
  /** Why a point is missing. */
  readonly notes: readonly string[]
}

export interface SeenSeries extends Series {
  readonly seen: readonly Seen[]
  readonly law: Law | null
}

export async function measureGrowth(progress: Progress, largest: number): Promise<GrowthResults> {
  const series = allSeries(largest)
  const seen = new Map<string, Seen>()
  const notes: string[] = []
  const world = await startWorld(0, progress, MANY_USERS)
  try {
    const groups = byRawTopic(series.flatMap(({ points }) => points))
    for (const points of groups) await measureGroup(world, points)
  } finally {
    await world.close()
  }
  const seenOf = ({ points }: Series) =>
    points.flatMap(point => {
      const found = seen.get(keyOf(point))
      return found ? [{ ...found, ...point }] : []
    })
  return { series: series.map(one => ({ ...one, seen: seenOf(one), law: lawOf(one, seenOf(one)) })), notes }

  async function measureGroup(servers: World, points: readonly Point[]): Promise<void> {
    const topic = await createRawTopic(servers, points[0] as Point)
    for (const point of points) {
      progress.status(`  ${keyOf(point)}`)
      const { world: filled, ...found } = await topic.growTo(point.events)
      try {
        // Uncounted: the broker's own code is cold at first.
        if (seen.size === 0) await watch(filled, point)
        const watched = await watch(filled, point)
        seen.set(keyOf(point), { ...watched, ...point, ...found })
        progress.line(`  ${keyOf(point)}: ${Math.round(watched.eventsPerSecond)} events/s`)
      } catch (error) {
        notes.push(`${keyOf(point)}: ${(error as Error).message}`)
        progress.line(notes.at(-1) ?? '')
      }
    }
    await topic.delete()
  }
}

const topicKeyOf = ({ partitions, shape }: Point) =>
  [`${partitions} partitions`, ...Object.values(shape)].join(', ')

/** What is the same for two points is run once. */
const keyOf = (point: Point) =>
  [topicKeyOf(point), `${point.events} events`, `×${point.instances}`, ...point.settings].join(', ')

/** Each point once; those of one raw topic together, in the order in which it grows. */
function byRawTopic(points: readonly Point[]): Point[][] {
  const groups = new Map<string, Point[]>()
  for (const point of new Map(points.map(point => [keyOf(point), point])).values()) {
    const key = topicKeyOf(point)
    groups.set(key, [...(groups.get(key) ?? []), point])
  }
  return [...groups.values()].map(group => group.sort((a, b) => a.events - b.events))
}
