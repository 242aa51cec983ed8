import { createHmac } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pgPromise from 'pg-promise'
import { createKafka } from '../../src/kafka/client.ts'
import { createLog } from '../../src/observe/log.ts'
import { type Outage, outageBefore } from '../../test/support/outage.ts'
import { feed } from '../demo/feed.ts'
import { type Running, runCommand, startServer } from '../demo/processes.ts'
import { freePorts } from '../stack/ports.ts'
import { DISALLOWED_NAME, todaysOddities } from './todays-oddities.ts'

const SECRET = 'scenario-webhook-secret'
const SIGNING_SECRET = 'scenario-signing-secret'
/** So that two large bodies are more than may be in hand, and an event can be more than fits the output. */
const MAX_BODY_BYTES = 1_000_000
const MAX_BODY_BYTES_OF_PROCESSORS = 65_536
/** More senders than the circuit breaker takes for single ones, wherever their keys fall. */
const UNKNOWN_USERS = Array.from({ length: 500 }, (_, i) => 200_001 + i)

interface Servers {
  readonly brokers: readonly string[]
  readonly registryUrl: string
  readonly databaseUrl: string
}

/** A bridge and two processors at work, and all that can befall them. */
export interface Scenario {
  readonly targets: Readonly<Record<'segedx-bridge' | 'segedx-process', readonly string[]>>
  /** Between the processors and the database. */
  readonly database: Outage
  /** One request for each way in which the bridge refuses one, and what an ordinary feed does not hold. */
  postOddities(): Promise<void>
  /** Events that are rejected, all of one user that does not exist, until it is stopped. */
  postRejected(stop: AbortSignal): Promise<void>
  /** So many events, in turn of many users that do not exist. */
  postUnknown(events: number): Promise<void>
  /** From now on those users exist. */
  addUnknown(): Promise<void>
  /** Takes a processor's transactional id, as a second installation of the same group would. */
  fenceProcessor(): Promise<void>
  /** Holds a processor for longer than its session lasts: it is taken for dead, and comes back. */
  pauseProcessor(ms: number): Promise<void>
  /** Kills a processor and starts it again at the same address, under today's rules: half of the feed is of today. */
  restartProcessor(): Promise<void>
  stop(): Promise<void>
}

/** Sets up topics of its own under the name, and posts events until it is stopped. */
export async function startScenario(servers: Servers, name: string, rate: number): Promise<Scenario> {
  const database = await outageBefore({ host: '127.0.0.1', port: Number(new URL(servers.databaseUrl).port) })
  const users = await generateUsers(servers.databaseUrl, `${name.replaceAll('-', '_')}_users`)
  const databaseUrl = Object.assign(new URL(servers.databaseUrl), { port: database.port }).href
  const env = {
    KAFKA_BROKERS: servers.brokers.join(','),
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    DATABASE_URL: databaseUrl,
    USERS_TABLE: users,
    DATABASE_TIMEOUT_MS: '2000',
    RAW_TOPIC: `${name}.raw`,
    OUTPUT_TOPIC: `${name}.tracking`,
    ERROR_TOPIC: `${name}.errors`,
    CONSUMER_GROUP: name,
    SESSION_TIMEOUT_MS: '6000',
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: SECRET,
    TRACKING_SEGMENTIO_DISALLOWED_SUBSTRING_NAMES: DISALLOWED_NAME,
    SEGMENT_SIGNING_SECRET: SIGNING_SECRET,
    BRIDGE_PORT: '0',
    BRIDGE_DRAIN_DELAY_MS: '0',
    BRIDGE_MAX_INFLIGHT_BYTES: `${MAX_BODY_BYTES}`,
    MAX_BODY_BYTES: `${MAX_BODY_BYTES}`,
  }
  const logs = await mkdtemp(join(tmpdir(), `${name}-`))
  await runCommand(['setup', '--start', 'earliest'], { ...env, TOPIC_PARTITIONS: '8' })
  const bridge = await startServer('bridge', env, join(logs, 'bridge.log'))
  const ports = await freePorts(2)
  const startProcessor = (n: 0 | 1, rules = 'seed') =>
    startServer(
      'process',
      {
        ...env,
        RULES: rules,
        MAX_BODY_BYTES: `${MAX_BODY_BYTES_OF_PROCESSORS}`,
        METRICS_PORT: `${ports[n]}`,
      },
      join(logs, `process-${n}.log`),
    )
  const processors: Running[] = [await startProcessor(0), await startProcessor(1)]
  const end = new AbortController()
  const url = `${bridge.webhook}?key=${SECRET}`
  const posting = feed({
    url,
    signingSecret: SIGNING_SECRET,
    seed: 1,
    rate,
    events: Number.POSITIVE_INFINITY,
    signal: end.signal,
  })

  return {
    targets: { 'segedx-bridge': [bridge.url], 'segedx-process': processors.map(one => one.url) },
    database,
    async postOddities() {
      await post(`${bridge.webhook}?key=wrong`, '{}')
      await post(url.replace('/segmentio/', '/elsewhere/'), '{}')
      await post(url, '{}', { method: 'PUT' })
      await post(url, '{}', { type: 'text/plain' })
      await post(url, '{}', { signature: '0'.repeat(40) })
      await post(url, '')
      await post(url, 'x'.repeat(MAX_BODY_BYTES + 1))
      const large = event({ event_source: 'server', event: 'x'.repeat(0.9 * MAX_BODY_BYTES) })
      await Promise.all(Array.from({ length: 4 }, () => post(url, large)))
      await post(url, event({ event_source: 'mobile', event_type: 'e', event: 'x'.repeat(400_000) }))
      await post(url, event({ event_source: 'mobile', event_type: 'e', context: { course_id: 'none' } }))
    },
    async postRejected(stop) {
      const body = event({ event_source: 'mobile', event_type: 'e' }, 999)
      while (!stop.aborted) {
        await Promise.all(Array.from({ length: 5 }, () => post(url, body)))
        await sleep(5_000 / rate, undefined, { signal: stop }).catch(() => {})
      }
    },
    async postUnknown(events) {
      const bodies = Array.from({ length: Math.ceil(events / UNKNOWN_USERS.length) }, () =>
        UNKNOWN_USERS.map(id => event({ event_source: 'mobile', event_type: 'e' }, id)),
      )
      for (const body of bodies) await post(url, `[${body}]`)
    },
    addUnknown: () => insertUsers(servers.databaseUrl, users, UNKNOWN_USERS),
    async fenceProcessor() {
      const log = createLog({ level: 'error', command: 'scenario' })
      const kafka = createKafka({ brokers: servers.brokers, clientId: name }, log)
      // That of partition 0 is always in use.
      const producer = kafka.producer({ transactionalId: `${name}-${name}.raw-0`, maxInFlightRequests: 1 })
      await producer.connect()
      await (await producer.transaction()).abort()
      await producer.disconnect()
    },
    async pauseProcessor(ms) {
      processors[1]?.child.kill('SIGSTOP')
      await sleep(ms)
      processors[1]?.child.kill('SIGCONT')
    },
    async restartProcessor() {
      processors[1]?.child.kill('SIGKILL')
      processors[1] = await startProcessor(1, 'current')
      for (const body of todaysOddities()) await post(url, body)
    },
    async stop() {
      end.abort()
      await posting.done
      for (const { child } of processors) child.kill('SIGCONT')
      await Promise.all([bridge, ...processors].map(one => one.stop()))
      await database.close()
    },
  }
}

function event(properties: object, userId = 10): string {
  const time = new Date().toISOString()
  return JSON.stringify({ userId, action: 'Track', timestamp: time, receivedAt: time, properties })
}

async function post(
  url: string,
  body: string,
  { method = 'POST', type = 'application/json', signature = sign(body) } = {},
): Promise<void> {
  const headers = { 'content-type': type, 'x-signature': signature }
  const response = await fetch(url, { method, headers, body })
  await response.arrayBuffer()
}

const sign = (body: string) => createHmac('sha1', SIGNING_SECRET).update(body).digest('hex')

/** A table of its own with the users that the feed tells of. */
async function generateUsers(url: string, table: string): Promise<string> {
  const sql = pgPromise({ noWarnings: true })(url)
  try {
    await sql.none('create table $1:name as select id, username from auth_user', [table])
  } finally {
    await sql.$pool.end()
  }
  const known = Array.from({ length: 500 }, (_, i) => 100_001 + i)
  await insertUsers(url, table, known)
  return table
}

async function insertUsers(url: string, table: string, ids: readonly number[]): Promise<void> {
  const sql = pgPromise({ noWarnings: true })(url)
  try {
    await sql.none(
      `insert into $1:name select id, 'user_' || id from unnest($2::int[]) id where id not in (select id from $1:name)`,
      [table, ids],
    )
  } finally {
    await sql.$pool.end()
  }
}
