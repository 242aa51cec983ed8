import type { Progress } from '../../dev/stack/progress.ts'
import { type Contender, kafkaStreams, product } from '../contenders.ts'
import { ratioOfPairs } from '../report.ts'
import { deleteTopics, enter } from '../run.ts'
import type { World } from '../world.ts'
import type { Probed, ProbeOrder } from './probe.ts'
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
  /** Events a second. */
  readonly rates?: readonly number[]
  /** Null: no processor at all. */
  readonly contenders?: readonly (Contender | null)[]
  readonly measureMs?: number
}

/** Tuned for latency: nothing lingers, no poll outlasts a commit, and of one and two threads what was faster. */
const streams = (commitMs: number) =>
  kafkaStreams(2, commitMs, { lingerMs: 0, pollMs: Math.min(10, commitMs) })
const PEER = streams(10)
export const CONTENDERS: readonly (Contender | null)[] = [null, product(1), PEER, streams(100)]
/** What the ratios need, and no more. */
export const QUICK = { rates: [1_000], contenders: [product(1), PEER] } as const
const NO_PROCESSOR = 'no processor'

/** Compilers warm up on as many events as a contender would have seen after hours at the lower rates. */
const WARM_UP = { eventsPerSecond: 1_000, warmUpMs: 12_000, measureMs: 0 }
const SETTLE_MS = 3_000
/** The broker's own transactions are cold at first, and whoever comes first would pay for it. */
const BROKER_WARM_UP = { eventsPerSecond: 2_000, warmUpMs: 20_000, measureMs: 0 }

export async function measureLatency(
  world: World,
  progress: Progress,
  { rates = [1_000, 100, 10], contenders = CONTENDERS, measureMs = 20_000 }: LatencyOptions = {},
): Promise<LatencyResults> {
  const measured: LatencyMeasured[] = []
  const notes: string[] = []
  progress.line('Warming up the broker, uncounted …')
  await underWay(world, product(1), probe => probe(BROKER_WARM_UP))
  for (const contender of contenders) {
    const name = contender?.name ?? NO_PROCESSOR
    try {
      await underWay(world, contender, async probe => {
        await probe(WARM_UP)
        for (const eventsPerSecond of rates) {
          const probed = await probe({ eventsPerSecond, warmUpMs: SETTLE_MS, measureMs })
          measured.push({ contender: name, eventsPerSecond, ...probed })
          progress.line(`  ${name}: ${eventsPerSecond} events/s: p50 ${probed.p50.toFixed(1)} ms`)
        }
      })
    } catch (error) {
      notes.push(`${name}: ${(error as Error).message}`)
      progress.line(notes.at(-1) ?? '')
    }
  }
  const settings = contenders.flatMap(one => (one ? [[one.name, one.settings] as const] : []))
  return { measured, settings: Object.fromEntries(settings), notes }
}

type Rate = Pick<ProbeOrder, 'eventsPerSecond' | 'warmUpMs' | 'measureMs'>

/** Runs `use` while a contender is at work, and takes it and its topics away behind it. */
async function underWay(
  world: World,
  contender: Contender | null,
  use: (probe: (rate: Rate) => Promise<Probed>) => Promise<unknown>,
): Promise<void> {
  const entry = await enter(contender ?? product(1), world, { ownRawTopic: true })
  const { raw, output } = entry
  const programs = (await contender?.start(entry)) ?? []
  const common = {
    brokers: world.stack.kafka.brokers,
    raw,
    read: contender ? output : raw,
    clientPids: programs.map(({ pid }) => pid),
    brokerPids: world.brokerPids,
  }
  try {
    await use(rate => runProbe({ ...common, ...rate }))
  } finally {
    await Promise.all(programs.map(program => program.stop()))
    await deleteTopics(entry)
  }
}

/** Of the product's quantile and Kafka Streams', commits each 10 ms, at the highest rate; null where one is missing. */
export function latencyRatio({ measured }: LatencyResults, quantile: 'p50' | 'p99'): number | null {
  const of = (name: string) =>
    measured
      .filter(({ contender, eventsPerSecond }) => contender === name && eventsPerSecond === 1_000)
      .map(one => one[quantile])
  return ratioOfPairs(of(product(1).name), of(PEER.name))
}
