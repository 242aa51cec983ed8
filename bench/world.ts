import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKafka } from '#src/kafka/client.ts'
import type { Log } from '#src/observe/log.ts'
import type { Progress } from '../dev/stack/progress.ts'
import { type Stack, startStack } from '../dev/stack/stack.ts'
import { sampleEvents, USERS } from './events.ts'
import { runProgram } from './processes.ts'

export const RAW_TOPIC = 'bench.raw'
export const PARTITIONS = 8
/** What a user runs once it is installed. */
export const PRODUCT = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** About 100 a batch of a partition, as a busy bridge writes them. */
const SEND_RECORDS = 800

/** The servers, and a raw topic full of events. */
export interface World {
  readonly stack: Stack
  readonly kafka: ReturnType<typeof createKafka>
  readonly admin: ReturnType<ReturnType<typeof createKafka>['admin']>
  readonly events: number
  /** The product's settings. */
  readonly env: Readonly<Record<string, string>>
  /** The broker's processes. */
  readonly brokerPids: readonly number[]
  /** Of the programs that are measured. */
  readonly logs: string
  close(): Promise<void>
}

export async function startWorld(events: number, progress: Progress): Promise<World> {
  const stack = await startStack({ forMeasuring: true, generatedUsers: USERS.count, progress })
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
  const world = { stack, kafka, admin, events, env, brokerPids, logs }
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
  raw = RAW_TOPIC,
): Promise<void> {
  await runProgram({
    command: process.execPath,
    args: [PRODUCT, 'setup', '--start', 'earliest'],
    env: { ...world.env, RAW_TOPIC: raw, CONSUMER_GROUP: group, ...topicsOf(output) },
    logFile: join(world.logs, 'setup.log'),
  })
}

export const topicsOf = (output: string) => ({ OUTPUT_TOPIC: output, ERROR_TOPIC: `${output}.errors` })

async function preload({ kafka, events }: Omit<World, 'close'>, progress: Progress): Promise<void> {
  if (events === 0) return
  progress.line(`Writing ${events} events to the raw topic …`)
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  let bytes = 0
  let messages: { partition: number; key: string; value: string; headers: Record<string, string> }[] = []
  const send = async () => {
    await producer.send({ topic: RAW_TOPIC, messages, acks: -1 })
    messages = []
  }
  for (const { userId, body } of sampleEvents(events)) {
    bytes += Buffer.byteLength(body)
    const headers = { 'webhook-path': '/segmentio/event', 'webhook-host': 'courses.example.edu' }
    messages.push({ partition: userId % PARTITIONS, key: String(userId), value: body, headers })
    if (messages.length === SEND_RECORDS) await send()
  }
  if (messages.length > 0) await send()
  await producer.disconnect()
  progress.line(`  of ${Math.round(bytes / events)} bytes on average`)
}

const ignore = () => {}
export const NO_LOG: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore }
