import { setTimeout as sleep } from 'node:timers/promises'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { seededRandom } from '../../../dev/demo/random.ts'
import { partitionsBehind } from '../../../dev/demo/topics.ts'
import { deal } from './deck.ts'
import { FAULTS, type FaultName } from './faults.ts'
import { startFeeder } from './feeder.ts'
import { createLocks } from './locks.ts'
import { observe } from './observation.ts'
import { judge } from './verdict.ts'
import { startWorld, type World } from './world.ts'

export interface ChaosOptions {
  readonly minutes: number
  readonly seed: number
  readonly brokers: 1 | 3
  readonly processors: number
  /** Events a second. */
  readonly rate: number
  /** Just these, and how often; null: as often as in any run. */
  readonly only?: ReadonlyMap<FaultName, number | null>
  readonly log: (text: string) => void
  readonly signal: AbortSignal
}

export interface ChaosFigures {
  readonly seed: number
  readonly brokers: number
  readonly seconds: number
  readonly events: number
  readonly raw: number
  readonly emitted: number
  readonly rejected: number
  readonly ignored: number
  readonly duplicates: number
  readonly lost: number
  readonly befallen: Readonly<Partial<Record<FaultName, number>>>
  /** Processors that ended by themselves, and were started again. */
  readonly exits: number
  /** Empty: every promise was kept. */
  readonly faults: readonly string[]
}

const TOPICS = { raw: 'segment.raw', output: 'edx.tracking', errors: 'edx.tracking.errors' }
const GROUP = 'segment-to-edx'
const CATCH_UP_MS = 180_000
const SAY_EVERY_MS = 10_000

/** Lets faults befall the product at work, and then judges every record. */
export async function runChaos(options: ChaosOptions): Promise<ChaosFigures> {
  const { seed, brokers, processors, log, signal } = options
  const startedAt = Date.now()
  const world = await startWorld({ brokers, processors, log })
  try {
    const observation = observe({
      classPath: world.stack.javaClassPath,
      brokers: world.stack.kafka.brokers,
      group: GROUP,
      ...TOPICS,
    })
    const feeder = startFeeder(world.webhook, options.rate)
    const befallen = await befall(options, world, () => feeder.posted)
    await feeder.stop()
    log(
      `All ${feeder.posted} events are posted and answered (${feeder.refusals} refusals); waiting for the processors`,
    )
    if (!signal.aborted) await untilCaughtUp(world, log)
    await world.stopProcessors()
    log('Reading all topics with another client')
    const verdict = judge(await observation.finish(feeder.answered))
    for (const exit of world.exits) log(exit)
    log(`The product's logs and the servers' data are in ${world.logs}`)
    return {
      seed,
      brokers,
      seconds: Math.round((Date.now() - startedAt) / 1_000),
      events: feeder.posted,
      ...verdict.counts,
      duplicates: verdict.duplicates,
      lost: verdict.lost,
      befallen,
      exits: world.exits.length,
      faults: [...world.faults, ...verdict.faults],
    }
  } finally {
    await world.close()
  }
}

/** Deals the faults, each at its time, whether the ones before have ended or not; resolves when all have. */
async function befall(
  { minutes, seed, only, log, signal }: ChaosOptions,
  world: World,
  posted: () => number,
): Promise<Partial<Record<FaultName, number>>> {
  const random = seededRandom(seed)
  const locks = createLocks()
  const befallen: Partial<Record<FaultName, number>> = {}
  const startedAt = Date.now()
  const sinceStart = () => `${((Date.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s`
  const saying = setInterval(() => log(`${sinceStart()}  ${posted()} events posted`), SAY_EVERY_MS)
  const pause = (ms: number) => sleep(Math.max(0, ms), undefined, { signal }).catch(() => {})
  const running: Promise<void>[] = []
  for (const { atMs, name } of deal(minutes, random, only)) {
    await pause(startedAt + atMs - Date.now())
    if (signal.aborted) break
    log(`${sinceStart()}  ${name}`)
    befallen[name] = (befallen[name] ?? 0) + 1
    // A chance of its own: what another fault draws at the same time must not change what this one does.
    const own = seededRandom(seed * 1_000 + running.length)
    running.push(FAULTS[name]({ world, locks, random: own }))
  }
  await Promise.all(running)
  await pause(startedAt + minutes * 60_000 - Date.now())
  clearInterval(saying)
  return befallen
}

/** Until the group has committed all that is on the raw topic. Where it does not, the verdict says what is missing. */
async function untilCaughtUp({ stack }: World, log: ChaosOptions['log']): Promise<void> {
  const { brokers } = stack.kafka
  const quiet = createLog({ level: 'error', command: 'test' })
  const admin = createKafka({ brokers, clientId: 'chaos' }, quiet).admin()
  await admin.connect()
  try {
    for (const deadline = Date.now() + CATCH_UP_MS; ; await sleep(500)) {
      const left = await partitionsBehind(admin, GROUP, TOPICS.raw)
      if (left === 0) return
      if (Date.now() > deadline) return log(`${left} partitions have not caught up`)
    }
  } finally {
    await admin.disconnect()
  }
}
