import type { Progress } from '../dev/stack/progress.ts'
import { type Contender, type Entry, kafkaStreams, ordinaryKafkajs, product } from './contenders.ts'
import { type Results, ratio } from './report.ts'
import { deleteTopics, type Measured, measure } from './run.ts'
import { difference } from './same-bytes.ts'
import type { World } from './world.ts'

/** Who works through the backlog, by the name that `--only` knows. */
export const CONTENDERS = {
  product: product(1),
  'kafka-streams': kafkaStreams(2, 1_000),
  product2: product(2),
  kafkajs: ordinaryKafkajs,
} as const satisfies Record<string, Contender>

const WARM_UP_MS = 20_000

export interface BacklogResults {
  readonly results: Results
  /** Whether the same was written, and why somebody is missing. */
  readonly notes: readonly string[]
}

/** Lets contenders do all events of the raw topic in turn, round after round. */
export async function measureBacklog(
  world: World,
  progress: Progress,
  chosen: readonly (readonly [name: string, Contender])[],
  rounds: number,
): Promise<BacklogResults> {
  const results = new Map<string, Measured[]>()
  const notes: string[] = []
  // The broker's own code is cold at first, and whoever comes first would pay for it: the faster the machine, the less of
  // it one run warms up.
  progress.line('Warming up the broker, uncounted …')
  const warmAt = performance.now() + WARM_UP_MS
  do await deleteTopics((await measure(product(1), world)).entry)
  while (performance.now() < warmAt)
  for (let round = 1; round <= rounds; round++) {
    const entries = new Map<string, Entry>()
    // To and fro, so that nobody always comes after the same one.
    for (const [key, contender] of round % 2 === 1 ? chosen : [...chosen].reverse()) {
      progress.status(`  round ${round} of ${rounds}: ${contender.name}`)
      try {
        const { measured, entry } = await measure(contender, world)
        results.set(contender.name, [...(results.get(contender.name) ?? []), measured])
        progress.line(`  round ${round}: ${contender.name}: ${Math.round(measured.eventsPerSecond)} events/s`)
        entries.set(key, entry)
      } catch (error) {
        notes.push(`${contender.name}: ${(error as Error).message}`)
        progress.line(notes.at(-1) ?? '')
      }
    }
    const [own, peer] = [entries.get('product'), entries.get('kafka-streams')]
    if (round === 1 && own && peer) {
      const found = await difference(own, peer)
      notes.push(found ? `Not the same records: ${found}` : 'Both wrote the same records, bytes and headers.')
      progress.line(`  ${notes.at(-1)}`)
    }
    await Promise.all([...entries.values()].map(deleteTopics))
  }
  return { results, notes }
}

/** The product's figures over its peers'; null where one of them did not run. */
export function backlogRatios(results: Results): Record<string, number | null> {
  const { name: own } = CONTENDERS.product
  const { name: two } = CONTENDERS.product2
  const { name: streams } = CONTENDERS['kafka-streams']
  return {
    throughput_1p_vs_kafka_streams: ratio(results, own, streams, 'eventsPerSecond'),
    throughput_2p_vs_kafka_streams: ratio(results, two, streams, 'eventsPerSecond'),
    warm_2p_vs_kafka_streams: ratio(results, two, streams, 'secondHalfPerSecond'),
    cpu_vs_kafka_streams: ratio(results, own, streams, 'clientCpuMicros'),
    warm_cpu_vs_kafka_streams: ratio(results, own, streams, 'secondHalfCpuMicros'),
    rss_vs_kafka_streams: ratio(results, own, streams, 'rssMegabytes'),
    throughput_1p_vs_kafkajs_stock: ratio(results, own, ordinaryKafkajs.name, 'eventsPerSecond'),
  }
}
