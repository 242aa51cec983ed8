import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from '../processes.ts'
import { PRODUCT, type World } from '../world.ts'
import type { GoPrograms } from './go.ts'

const WEBHOOK_PATH = '/segmentio/event'
const SECRET = 'anything'
export const TARGET = `${WEBHOOK_PATH}?key=${SECRET}`

/** One run of a server: port and topic are its own. */
interface Entry {
  readonly world: World
  readonly port: number
  readonly topic: string
}

export interface WebhookServer {
  readonly name: string
  /** How it is tuned, for the reader of the table. */
  readonly settings: string
  start(entry: Entry): Program
}

/** The product's own command, as a user starts it. */
export const bridge: WebhookServer = {
  name: 'segment-to-edx bridge',
  settings: 'one process, the defaults: metrics on, no signature',
  start: ({ world, port, topic }) =>
    startProgram({
      command: process.execPath,
      args: [PRODUCT, 'bridge'],
      env: {
        ...world.env,
        ...{ RAW_TOPIC: topic, BRIDGE_PORT: String(port), BRIDGE_DRAIN_DELAY_MS: '0' },
        ...{ TRACKING_SEGMENTIO_WEBHOOK_SECRET: SECRET },
      },
      logFile: join(world.logs, `${topic}.log`),
    }),
}

/** What Node.js can do at most: it reads the bodies and answers. */
export const bareNode: WebhookServer = {
  name: 'bare node:http',
  settings: 'no JSON, no Kafka',
  start: ({ world, port, topic }) =>
    startProgram({
      command: process.execPath,
      args: [fileURLToPath(new URL('bare.mjs', import.meta.url)), String(port)],
      env: {},
      logFile: join(world.logs, `${topic}.log`),
    }),
}

/** What a team would write in Go, and tune. */
export const goServer = ({ server }: GoPrograms): WebhookServer => ({
  name: 'Go net/http + franz-go',
  settings: 'one process, idempotent, acks=all, no linger, uncompressed as the product, GOGC=400',
  start: ({ world, port, topic }) =>
    startProgram({
      command: server,
      args: [],
      env: {
        ...{ KAFKA_BROKERS: world.stack.kafka.brokers.join(), RAW_TOPIC: topic },
        // It holds little: a larger heap is cheap, and has it collect garbage less often.
        ...{ BRIDGE_PORT: String(port), WEBHOOK_PATH, SECRET, GOGC: '400' },
      },
      logFile: join(world.logs, `${topic}.log`),
    }),
})
