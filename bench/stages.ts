import { parseArgs } from 'node:util'
import type * as Drafts from '#src/pipeline/draft.ts'
import type { Outcome, OutputRecord, RawRecord, User } from '#src/pipeline/shapes.ts'
import { sampleEvents, USERS } from './events.ts'

/*
 * What each stage of an event's way through `process` costs, in this process alone and without a server: CPU time an
 * event, the least of several runs. With `--original` kafkajs's own code reads and writes the records.
 */

const EVENTS = 20_000
/** As much as a round brings of one partition, more or less. */
const ROUND = 400
const RUNS = 8
/** Of a produce request of one partition, before its records. */
const HEAD_BYTES = 26

/** The product as it is built: run from its sources, each function that it makes on the way would cost more. */
const built = <T>(path: string): Promise<T> => import(new URL(`../dist/${path}.js`, import.meta.url).href)
await built('kafka/client')
const { recordOf } = await built<typeof import('#src/kafka/fetching.ts')>('kafka/fetching')
const { produceRequests } =
  await built<typeof import('#src/kafka/produce-requests.ts')>('kafka/produce-requests')
const { internal, newDecoder, newEncoder, useFastCode } =
  await built<typeof import('#src/kafka/patch/internals.ts')>('kafka/patch/internals')
const { Draft } = await built<typeof Drafts>('pipeline/draft')
const { Json } = await built<typeof import('#src/pipeline/json/json.ts')>('pipeline/json/json')
const { createPipeline } = await built<typeof import('#src/pipeline/pipeline.ts')>('pipeline/pipeline')
const { TRACKING_EVENT_SCHEMA } =
  await built<typeof import('#src/schemas/tracking-event.ts')>('schemas/tracking-event')
const { cachedUserDirectory } = await built<typeof import('#src/users/cached-user-directory.ts')>(
  'users/cached-user-directory',
)

const { values } = parseArgs({ options: { original: { type: 'boolean', default: false } } })
useFastCode(!values.original)
const produce = internal('protocol/requests/produce/v7/request')
const frame = internal('protocol/request')
const decodeMessages = internal('protocol/requests/fetch/v4/decodeMessages')
const FetchedBatch = internal('consumer/batch')

const pipeline = createPipeline({
  rules: 'seed',
  ruleSettings: {
    allowedChannels: new Set(['mobile']),
    allowedActions: new Set(['track', 'screen']),
    sourceMap: new Map(),
    allowedTypes: new Set(),
    disallowedNames: [],
  },
  schema: TRACKING_EVENT_SCHEMA,
  schemaId: 1,
  maxOutputBytes: 16 << 20,
  outputPartitions: 8,
  errorPartitions: 8,
  consumerGroup: 'bench',
  version: '0',
})
const users = cachedUserDirectory(
  {
    find: async ids => {
      const known = ids.filter(id => id >= USERS.first && id < USERS.first + USERS.count)
      return new Map(known.map((id): [number, User] => [id, { id, username: `user_${id}` }]))
    },
  },
  { max: 100_000, ttlMs: 300_000 },
)

/** The raw topic's record sets, as a fetch brings them. */
const headers = { 'webhook-path': '/segmentio/event', 'webhook-host': 'courses.example.edu' }
const sent = [...sampleEvents(EVENTS)].map(({ userId, body }) => ({
  key: String(userId),
  value: body,
  headers,
  timestamp: '1790000000000',
}))
const rounds = Array.from({ length: EVENTS / ROUND }, (_, i) => sent.slice(i * ROUND, (i + 1) * ROUND))
const sets: Buffer[] = []
for (const messages of rounds) {
  const topicData = [{ topic: '', partitions: [{ partition: 0, firstSequence: 0, messages }] }]
  const { buffer } = await produce({ acks: -1, timeout: 1, transactionalId: null, topicData }).encode()
  sets.push(buffer.subarray(HEAD_BYTES))
}

let fetched: RawRecord[][] = []
let drafts: (Drafts.Draft | Outcome)[][] = []
let found: ReadonlyMap<number, User>[] = []
let outcomes: Outcome[][] = []
let requests: ReturnType<typeof produceRequests>[] = []

const STAGES: readonly (readonly [string, () => void | Promise<void>])[] = [
  [
    'decode the fetch',
    async () => {
      fetched = []
      for (const set of sets) {
        const messages = await decodeMessages(
          newDecoder(Buffer.concat([newEncoder().writeInt32(set.length).buffer, set])),
        )
        const batch = new FetchedBatch('raw', '0', {
          partition: 0,
          highWatermark: '0',
          abortedTransactions: [],
          messages,
        })
        fetched.push(batch.messages.map((message: never) => recordOf('raw', 0, message)))
      }
    },
  ],
  [
    '(scan the JSON)',
    () => {
      for (const records of fetched) for (const { value } of records) Json.parse(value as Buffer)
    },
  ],
  [
    'admit',
    () => {
      drafts = fetched.map(records => records.map(record => pipeline.admit(record)))
    },
  ],
  [
    'resolve',
    async () => {
      found = []
      for (const round of drafts) {
        const ids = round.flatMap(one => (one instanceof Draft && one.userId !== null ? [one.userId] : []))
        found.push(await users.find([...new Set(ids)]))
      }
    },
  ],
  [
    'publish',
    () => {
      outcomes = drafts.map((round, i) =>
        round.map(one =>
          one instanceof Draft ? pipeline.publish(one, found[i]?.get(one.userId ?? 0)) : one,
        ),
      )
    },
  ],
  [
    'group for requests',
    () => {
      requests = outcomes.map(round => {
        const records: OutputRecord[] = round.flatMap(one => ('record' in one ? [one.record] : []))
        return produceRequests(records, { output: 'out', errors: 'err' })
      })
    },
  ],
  ...(['none', 'lz4'] as const).map((codec): readonly [string, () => Promise<void>] => [
    `encode the requests (${codec})`,
    async () => {
      for (const list of requests) for (const request of list) await encode(request, codec === 'lz4' ? 3 : 0)
    },
  ]),
]

async function encode(
  request: ReturnType<typeof produceRequests>[number],
  compression: number,
): Promise<void> {
  const topicData = request.map(({ topic, messages }) => ({
    topic,
    partitions: [{ partition: 0, firstSequence: 0, messages }],
  }))
  const args = {
    acks: -1,
    timeout: 1,
    transactionalId: 'tx',
    producerId: 7n,
    producerEpoch: 1,
    compression,
    topicData,
  }
  await frame({ correlationId: 1, clientId: 'bench', request: produce(args) })
}

const least = new Map<string, number>()
for (let run = 0; run < RUNS; run++) {
  for (const [name, stage] of STAGES) {
    const before = process.cpuUsage()
    await stage()
    const { user, system } = process.cpuUsage(before)
    least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, (user + system) / EVENTS))
  }
}
for (const [name, micros] of least) process.stdout.write(`${micros.toFixed(2).padStart(7)} µs  ${name}\n`)
const total = [...least]
  .filter(([name]) => !/^\(|lz4/.test(name))
  .reduce((sum, [, micros]) => sum + micros, 0)
process.stdout.write(`${total.toFixed(2).padStart(7)} µs  in all, uncompressed\n`)
process.exit()
