import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKafka } from '#src/kafka/client.ts'
import type { Log } from '#src/observe/log.ts'
import type { Progress } from '../dev/stack/progress.ts'
import { type Stack, startStack } from '../dev/stack/stack.ts'
import { sampleEvents, USERS } from './events.ts'
import { writeEvents } from './preload.ts'
import { runProgram } from './processes.ts'

const RAW_TOPIC = 'bench.raw'
export const PARTITIONS = 8
/** What a user runs once it is installed. */
export const PRODUCT = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** The servers, and a raw topic full of events. */
export interface World {
  readonly stack: Stack
  readonly kafka: ReturnType<typeof createKafka>
  readonly admin: ReturnType<ReturnType<typeof createKafka>['admin']>
  /** The raw topic, of so many partitions and events. */
  readonly raw: string
  readonly partitions: number
  readonly events: number
  /** The product's settings. */
  readonly env: Readonly<Record<string, string>>
  /** The broker's processes. */
  readonly brokerPids: readonly number[]
  /** Of the programs that are measured. */
  readonly logs: string
  close(): Promise<void>
}

export async function startWorld(
  events: number,
  progress: Progress,
  generatedUsers = USERS.count,
): Promise<World> {
  const stack = await startStack({ forMeasuring: true, generatedUsers, progress })
  const kafka = createKafka({ brokers: stack.kafka.brokers, clientId: 'bench' }, NO_LOG)
  const admin = kafka.admin()
  await admin.connect()
  const logs = await mkdtemp(join(tmpdir(), 'segment-to-edx-bench-'))
  const env = {
    KAFKA_BROKERS: stack.kafka.brokers.join(),
    SCHEMA_REGISTRY_URL: stack.registry.url,
    DATABASE_URL: stack.postgres.url,
    RAW_TOPIC,
    TOPIC_PARTITIONS: String(PARTITIONS),
    METRICS_PORT: '0',
  }
  const brokerPids = stack.kafka.nodes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  const topic = { raw: RAW_TOPIC, partitions: PARTITIONS, events }
  const world = { stack, kafka, admin, ...topic, env, brokerPids, logs }
  await setUp(world, 'bench.first', 'bench.first')
  await preload(world, progress)
  return {
    ...world,
    async close() {
      await admin.disconnect()
      await stack.stop()
    },
  }
}

/** The product's own `setup`: it creates topics and registers the schema under their name. */
export async function setUp(
  world: Omit<World, 'close'>,
  group: string,
  output: string,
  raw = world.raw,
): Promise<void> {
  await runProgram({
    command: process.execPath,
    args: [PRODUCT, 'setup', '--start', 'earliest'],
    env: { ...world.env, RAW_TOPIC: raw, CONSUMER_GROUP: group, ...topicsOf(output) },
    logFile: join(world.logs, 'setup.log'),
  })
}

export const topicsOf = (output: string) => ({ OUTPUT_TOPIC: output, ERROR_TOPIC: `${output}.errors` })

async function preload(world: Omit<World, 'close'>, progress: Progress): Promise<void> {
  const { events } = world
  if (events === 0) return
  progress.line(`Writing ${events} events to the raw topic …`)
  const { bytes } = await writeEvents(world, sampleEvents(events), events)
  progress.line(`  of ${Math.round(bytes / events)} bytes on average`)
}

const ignore = () => {}
export const NO_LOG: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore }
