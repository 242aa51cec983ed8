import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender, Entry } from './contenders.ts'
import { cpuSeconds, cpuSecondsButCompilers, peakMegabytes } from './processes.ts'
import { setUp, topicsOf, type World } from './world.ts'

/** What one run of one contender came to. Times begin with its first output, when it has started and is at work. */
export interface Measured {
  readonly contender: string
  readonly eventsPerSecond: number
  /** Of the second half of the events: whatever has to warm up is warm. */
  readonly secondHalfPerSecond: number
  readonly clientCpuMicros: number
  readonly secondHalfCpuMicros: number
  /** Without its compilers. */
  readonly brokerCpuMicros: number
  readonly rssMegabytes: number
  /** From the start of its processes to the first output. */
  readonly startSeconds: number
}

const LOOK_MS = 10
const START_WITHIN_MS = 60_000
const LEAST_PER_SECOND = 2_500
let serial = 0

/**
 * Lets a contender do all events of the raw topic. Its topics stay until the caller deletes them. From the first commit
 * on, the events before it are not counted: of a small backlog they are a large part.
 */
export async function measure(
  contender: Contender,
  world: World,
  { fromFirstCommit = false } = {},
): Promise<{ measured: Measured; entry: Entry }> {
  const entry = await enter(contender, world)
  const name = entry.output
  const startedAt = performance.now()
  const programs = await contender.start(entry)
  try {
    const pids = programs.map(({ pid }) => pid)
    const deadline = startedAt + START_WITHIN_MS + (world.events / LEAST_PER_SECOND) * 1_000
    const look = async (isThere: () => boolean | Promise<boolean>) => {
      while (!(await isThere())) {
        for (const { ended, logFile } of programs) {
          if (ended() !== null || performance.now() > deadline)
            throw new Error(
              `${contender.name} ended (${ended()}) or is too slow; its log is ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`,
            )
        }
        await sleep(LOOK_MS)
      }
      return {
        at: performance.now(),
        client: cpuSeconds(pids),
        broker: cpuSecondsButCompilers(world.brokerPids),
      }
    }
    let done = 0
    const isDone = (least: number) => async () => {
      done = await committed(world, entry.group)
      return done >= least
    }
    const begin = await look(fromFirstCommit ? isDone(1) : () => hasOutput(world, name))
    const counted = world.events - done
    const half = await look(isDone(world.events / 2))
    const rest = world.events - done
    const end = await look(isDone(world.events))
    const measured = {
      contender: contender.name,
      eventsPerSecond: (counted / (end.at - begin.at)) * 1_000,
      secondHalfPerSecond: (rest / (end.at - half.at)) * 1_000,
      clientCpuMicros: ((end.client - begin.client) / counted) * 1e6,
      secondHalfCpuMicros: ((end.client - half.client) / rest) * 1e6,
      brokerCpuMicros: ((end.broker - begin.broker) / counted) * 1e6,
      rssMegabytes: peakMegabytes(pids),
      startSeconds: (begin.at - startedAt) / 1_000,
    }
    return { measured, entry }
  } finally {
    await Promise.all(programs.map(program => program.stop()))
  }
}

/** New topics and a new group for one run of a contender. */
export async function enter(
  contender: Contender,
  world: World,
  { ownRawTopic = false } = {},
): Promise<Entry> {
  const name = `bench.${++serial}`
  const raw = ownRawTopic ? `${name}.raw` : world.raw
  await setUp(world, `${name}.setup`, name, raw)
  // Only the product goes on from offsets that its `setup` commits; a peer's group is new.
  const isOwn = contender.name.startsWith('segment-to-edx')
  const group = isOwn ? `${name}.setup` : name
  return { world, raw, group, output: name, schemaId: await schemaIdOf(world, name) }
}

export async function deleteTopics({ world, raw, output }: Entry): Promise<void> {
  const { OUTPUT_TOPIC, ERROR_TOPIC } = topicsOf(output)
  await world.admin.deleteTopics({
    topics: [OUTPUT_TOPIC, ERROR_TOPIC, ...(raw === world.raw ? [] : [raw])],
  })
}

/** From the broker's files, so that looking costs it nothing. */
function hasOutput({ stack }: World, topic: string): boolean {
  const logs = join(stack.directory, 'kafka-1')
  return readdirSync(logs)
    .filter(name => name.startsWith(`${topic}-`))
    .some(name => statSync(join(logs, name, '00000000000000000000.log'), { throwIfNoEntry: false })?.size)
}

async function committed({ admin, raw }: World, groupId: string): Promise<number> {
  const [topic] = await admin.fetchOffsets({ groupId, topics: [raw] })
  const offsets = topic?.partitions.map(({ offset }) => Math.max(0, Number(offset))) ?? []
  return offsets.reduce((sum, offset) => sum + offset, 0)
}

async function schemaIdOf({ stack }: World, topic: string): Promise<number> {
  const answer = await fetch(`${stack.registry.url}/subjects/${topic}-value/versions/latest`)
  return ((await answer.json()) as { id: number }).id
}
