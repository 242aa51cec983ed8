import { parseArgs } from 'node:util'
import type { OutputRecord } from '#src/pipeline/output-record.ts'
import type { Outcome, RawRecord, User } from '#src/pipeline/shapes.ts'
import type { RawRecords } from '#src/ports.ts'
import { sampleEvents, USERS } from './events.ts'

/*
 * What each stage of an event's way through `process` costs, in this process alone and without a server: CPU time an
 * event, the least of several runs. With `--original` kafkajs's own code reads and writes the records.
 */

const EVENTS = 20_000
/** As many as a round has, more or less. */
const ROUND = 2_000
const RUNS = 8
/** Of a produce request of one partition, before its records. */
const HEAD_BYTES = 26
const LENGTH_BYTES = 4

/** The product as it is built: run from its sources, each function that it makes on the way would cost more. */
const built = <T>(path: string): Promise<T> => import(new URL(`../dist/${path}.js`, import.meta.url).href)
await built('kafka/client')
const { recordsOf } = await built<typeof import('#src/kafka/fetching.ts')>('kafka/fetching')
const { produceRequests } =
  await built<typeof import('#src/kafka/produce-requests.ts')>('kafka/produce-requests')
const { internal, newDecoder, useFastCode } =
  await built<typeof import('#src/kafka/patch/internals.ts')>('kafka/patch/internals')
const { Json } = await built<typeof import('#src/pipeline/json/json.ts')>('pipeline/json/json')
const { createPipeline } = await built<typeof import('#src/pipeline/pipeline.ts')>('pipeline/pipeline')
const { TRACKING_EVENT_SCHEMA } =
  await built<typeof import('#src/schemas/tracking-event.ts')>('schemas/tracking-event')
const { translateBatch } =
  await built<typeof import('#src/processor/translate-batch.ts')>('processor/translate-batch')
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
  sets.push(buffer.subarray(HEAD_BYTES - LENGTH_BYTES))
}

/** What one stage leaves to the next, of the round in hand. */
let set: Buffer = Buffer.alloc(0)
let fetched: RawRecords = []
let outcomes: Outcome[] = []
let requests: ReturnType<typeof produceRequests> = []

const STAGES: Readonly<Record<string, () => void | Promise<void>>> = {
  async 'decode the fetch'() {
    const messages = await decodeMessages(newDecoder(set))
    const answer = { partition: 0, highWatermark: '0', abortedTransactions: [], messages }
    const batch = new FetchedBatch('raw', '0', answer)
    fetched = recordsOf('raw', 0, batch.messages)
  },
  '(scan the JSON)'() {
    for (const { value } of eachOf(fetched)) Json.parseBriefly(value as Buffer)
  },
  '(admit)'() {
    for (const record of eachOf(fetched)) pipeline.admit(record)
  },
  async translate() {
    outcomes = await translateBatch(fetched, pipeline, users)
  },
  'group for requests'() {
    const records: OutputRecord[] = outcomes.flatMap(one => ('record' in one ? [one.record] : []))
    requests = produceRequests(records, {
      output: { name: 'out', takesBytes: 1 << 24 },
      errors: { name: 'err', takesBytes: 1 << 23 },
    })
  },
  'encode the requests (none)': () => encode(0),
  'encode the requests (lz4)': () => encode(3),
}

function* eachOf(records: RawRecords): Generator<RawRecord> {
  for (let i = 0; i < records.length; i++) yield records.at(i) as RawRecord
}

async function encode(compression: number): Promise<void> {
  for (const request of requests) {
    const topicData = [...request].map(([topic, batches]) => ({
      topic,
      partitions: [...batches].map(([partition, messages]) => ({ partition, firstSequence: 0, messages })),
    }))
    const of = { transactionalId: 'tx', producerId: 7n, producerEpoch: 1, compression, topicData }
    await frame({ correlationId: 1, clientId: 'bench', request: produce({ acks: -1, timeout: 1, ...of }) })
  }
}

const least = new Map<string, number>()
for (let run = 0; run < RUNS; run++) {
  const used = new Map<string, number>()
  for (set of sets) {
    for (const [name, stage] of Object.entries(STAGES)) {
      const before = process.cpuUsage()
      await stage()
      const { user, system } = process.cpuUsage(before)
      used.set(name, (used.get(name) ?? 0) + (user + system) / EVENTS)
    }
  }
  for (const [name, micros] of used) least.set(name, Math.min(least.get(name) ?? micros, micros))
}
for (const [name, micros] of least) process.stdout.write(`${micros.toFixed(2).padStart(7)} µs  ${name}\n`)
const total = [...least]
  .filter(([name]) => !/^\(|lz4/.test(name))
  .reduce((sum, [, micros]) => sum + micros, 0)
process.stdout.write(`${total.toFixed(2).padStart(7)} µs  in all, uncompressed\n`)
process.exit()
