import type { Progress } from '../../dev/stack/progress.ts'
import { type Contender, kafkaStreams, product } from '../contenders.ts'
import { deleteTopics, enter } from '../run.ts'
import type { World } from '../world.ts'
import type { Probed } from './probe.ts'
import { runProbe } from './probe-process.ts'

/*
 * How long a record takes from the call that produces it, acknowledged by all replicas, to a reader of what is committed, at
 * rates at which nobody has to hurry. Each contender is started once and has a raw topic of its own.
 */

export interface LatencyMeasured extends Probed {
  readonly contender: string
  readonly eventsPerSecond: number
}

export interface LatencyResults {
  readonly measured: readonly LatencyMeasured[]
  /** How each contender is tuned. */
  readonly settings: Readonly<Record<string, string>>
  /** Why one is missing. */
  readonly notes: readonly string[]
}

export interface LatencyOptions {
  /** Events a second, the highest first: compilers warm up on it. */
  readonly rates?: readonly number[]
  /** Null: no processor at all. */
  readonly contenders?: readonly (Contender | null)[]
  readonly measureMs?: number
}

/** Tuned for latency, as far as its settings allow: nothing lingers, and no poll outlasts a commit. */
const streams = (commitMs: number) =>
  kafkaStreams(1, commitMs, { lingerMs: 0, pollMs: Math.min(10, commitMs) })
const PEER = streams(10)
export const CONTENDERS: readonly (Contender | null)[] = [null, product(1), PEER, streams(100)]
const NO_PROCESSOR = 'no processor'

/** A process just started has more to warm up than one that was at work already. */
const WARM_UP_MS = { first: 12_000, later: 5_000 }

export async function measureLatency(
  world: World,
  progress: Progress,
  { rates = [1_000, 100, 10], contenders = CONTENDERS, measureMs = 20_000 }: LatencyOptions = {},
): Promise<LatencyResults> {
  const measured: LatencyMeasured[] = []
  const notes: string[] = []
  // The broker's own transactions are cold at first, and whoever comes first would pay for it.
  progress.line('Warming up the broker, uncounted …')
  await measureOne(world, product(1), [2_000], 15_000, () => {})
  for (const contender of contenders) {
    const name = contender?.name ?? NO_PROCESSOR
    try {
      await measureOne(world, contender, rates, measureMs, (eventsPerSecond, probed) => {
        measured.push({ contender: name, eventsPerSecond, ...probed })
        progress.line(`  ${name}: ${eventsPerSecond} events/s: p50 ${probed.p50.toFixed(1)} ms`)
      })
    } catch (error) {
      notes.push(`${name}: ${(error as Error).message}`)
      progress.line(notes.at(-1) ?? '')
    }
  }
  const settings = contenders.flatMap(one => (one ? [[one.name, one.settings] as const] : []))
  return { measured, settings: Object.fromEntries(settings), notes }
}

async function measureOne(
  world: World,
  contender: Contender | null,
  rates: readonly number[],
  measureMs: number,
  tell: (eventsPerSecond: number, probed: Probed) => void,
): Promise<void> {
  const entry = await enter(contender ?? product(1), world, { ownRawTopic: true })
  const { raw, output } = entry
  const programs = (await contender?.start(entry)) ?? []
  try {
    for (const [index, eventsPerSecond] of rates.entries()) {
      const probed = await runProbe({
        brokers: world.stack.kafka.brokers,
        raw,
        read: contender ? output : raw,
        eventsPerSecond,
        warmUpMs: index === 0 ? WARM_UP_MS.first : WARM_UP_MS.later,
        measureMs,
        clientPids: programs.map(({ pid }) => pid),
        brokerPids: world.brokerPids,
      })
      tell(eventsPerSecond, probed)
    }
  } finally {
    await Promise.all(programs.map(program => program.stop()))
    await deleteTopics(entry)
  }
}

/** Of the product's quantile and Kafka Streams', commits each 10 ms, at the highest rate; null where one is missing. */
export function latencyRatio({ measured }: LatencyResults, quantile: 'p50' | 'p99'): number | null {
  const of = (name: string) =>
    measured.find(({ contender, eventsPerSecond }) => contender === name && eventsPerSecond === 1_000)?.[
      quantile
    ]
  const [ours, theirs] = [of(product(1).name), of(PEER.name)]
  return ours && theirs ? Math.round((ours / theirs) * 1_000) / 1_000 : null
}
