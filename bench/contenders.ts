import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VERSION } from '#src/version.ts'
import { javaCommand } from '../dev/stack/requirements.ts'
import { kafkaStreamsLibraries } from './kafka-streams.ts'
import { type Program, startProgram } from './processes.ts'
import { PRODUCT, topicsOf, type World } from './world.ts'

/** One run of a contender: its group and its topics are new. */
export interface Entry {
  readonly world: World
  readonly raw: string
  readonly group: string
  readonly output: string
  readonly schemaId: number
}

export interface Contender {
  readonly name: string
  /** How it is tuned, for the reader of the table. */
  readonly settings: string
  start(entry: Entry): Promise<Program[]>
}

interface Variant {
  readonly nodeOptions?: readonly string[]
  /** Settings other than the defaults, as `NAME=VALUE`. */
  readonly settings?: readonly string[]
}

/** The product's own command, as a user starts it, its metrics on. */
export function product(instances: number, { nodeOptions = [], settings = [] }: Variant = {}): Contender {
  const times = instances === 1 ? '' : ` ×${instances}`
  return {
    name: `segment-to-edx${times}${settings.map(setting => ` ${setting}`).join('')}`,
    settings: `${instances} process${instances === 1 ? '' : 'es'}, ${settings.join(', ') || 'the defaults'}`,
    start: async ({ world, raw, group, output }) =>
      Array.from({ length: instances }, (_, i) =>
        startProgram({
          command: process.execPath,
          args: [...nodeOptions, PRODUCT, 'process'],
          env: {
            ...{ ...world.env, RAW_TOPIC: raw, CONSUMER_GROUP: group, ...topicsOf(output) },
            ...Object.fromEntries(settings.map(asEntry)),
          },
          logFile: join(world.logs, `${output}.${i}.log`),
        }),
      ),
  }
}

/** How long Kafka Streams waits for more, before it sends and while it has nothing to do. */
const FOR_THROUGHPUT = { lingerMs: 20, pollMs: 100 }

const asEntry = (setting: string) => {
  const at = setting.indexOf('=')
  return [setting.slice(0, at), setting.slice(at + 1)] as const
}

/** Kafka Streams, exactly_once_v2, in Java. */
export const kafkaStreams = (
  threads: number,
  commitMs: number,
  { lingerMs, pollMs } = FOR_THROUGHPUT,
): Contender => ({
  name: lingerMs === FOR_THROUGHPUT.lingerMs ? 'Kafka Streams' : `Kafka Streams, commit ${commitMs} ms`,
  settings: `${threads} threads, commit.interval.ms=${commitMs}, lz4, linger.ms=${lingerMs}, poll.ms=${pollMs}, batch.size=256K, -Xmx1g, ParallelGC`,
  async start({ world, raw, group, output, schemaId }) {
    const stateDirectory = join(world.logs, `${output}.state`)
    await mkdir(stateDirectory)
    const { jdbc, user, password } = jdbcOf(world.stack.postgres.url)
    const libraries = join(await kafkaStreamsLibraries(), '*')
    const jvm = ['-Xms1g', '-Xmx1g', '-XX:+UseParallelGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
    return [
      startProgram({
        command: javaCommand,
        args: [...jvm, '-cp', libraries, 'peer.Main'],
        env: {
          ...{ BROKERS: world.stack.kafka.brokers.join(), GROUP: group, RAW_TOPIC: raw, ...topicsOf(output) },
          ...{ VERSION, SCHEMA_ID: String(schemaId), STATE_DIRECTORY: stateDirectory },
          ...{ DATABASE_JDBC: jdbc, DATABASE_USER: user, DATABASE_PASSWORD: password },
          ...{ THREADS: String(threads), COMMIT_MS: String(commitMs), COMPRESSION: 'lz4' },
          ...{ LINGER_MS: String(lingerMs), POLL_MS: String(pollMs) },
        },
        logFile: join(world.logs, `${output}.log`),
      }),
    ]
  },
})

/** What one writes who reads the documentation of kafkajs. */
export const ordinaryKafkajs: Contender = {
  name: 'kafkajs, ordinary code',
  settings: '1 process; a transaction a batch; JSON.parse and avsc',
  start: async ({ world, group, output, schemaId }) => [
    startProgram({
      command: process.execPath,
      args: ['--import', 'tsx', fileURLToPath(new URL('peers/ordinary-kafkajs.ts', import.meta.url))],
      env: { ...world.env, CONSUMER_GROUP: group, ...topicsOf(output), SCHEMA_ID: String(schemaId), VERSION },
      logFile: join(world.logs, `${output}.log`),
    }),
  ],
}

function jdbcOf(url: string): { jdbc: string; user: string; password: string } {
  const { host, pathname, username, password } = new URL(url)
  return { jdbc: `jdbc:postgresql://${host}${pathname}`, user: username, password }
}
