import { type SampleEvent, sampleEvents } from '../events.ts'
import { writeEvents } from '../preload.ts'
import { setUp, topicsOf, type World } from '../world.ts'
import type { Point, Seen } from './series.ts'

/** A raw topic of a point's own, to which more can be written. */
export interface RawTopic {
  /** Writes until it has so many events, and gives the world with this as its raw topic. */
  growTo(events: number): Promise<Filled>
  delete(): Promise<void>
}

interface Filled extends Pick<Seen, 'bytesEach' | 'users'> {
  readonly world: World
}

let serial = 0

export async function createRawTopic(
  servers: World,
  { partitions, shape }: Pick<Point, 'partitions' | 'shape'>,
): Promise<RawTopic> {
  const raw = `bench.growth.${++serial}`
  const env = { ...servers.env, RAW_TOPIC: raw, TOPIC_PARTITIONS: String(partitions) }
  const world = { ...servers, raw, partitions, env }
  await setUp(world, raw, `${raw}.none`)
  await world.admin.deleteTopics({ topics: Object.values(topicsOf(`${raw}.none`)) })

  const next: Iterator<SampleEvent> = sampleEvents(Number.POSITIVE_INFINITY, 1, shape)
  const users = new Set<number>()
  let written = 0
  let bytes = 0
  return {
    async growTo(events) {
      const more = await writeEvents(world, next, events - written)
      for (const user of more.users) users.add(user)
      bytes += more.bytes
      written = events
      return { world: { ...world, events }, bytesEach: bytes / events, users: users.size }
    },
    delete: () => world.admin.deleteTopics({ topics: [raw] }),
  }
}
