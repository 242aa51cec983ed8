import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { decodeLedger } from '#src/processor/ledger.ts'
import { eventOf } from './harness/events.ts'
import { startFeeder } from './harness/feeder.ts'
import { startWorld, type World } from './harness/world.ts'

/*
 * `npm run soak`: a processor works off a backlog, and then keeps up with a steady rate for long; nothing breaks.
 * Memory and open files are shown as they go: they have to stay flat. The totals in the committed offsets have to
 * be those of the raw topic. Its last line is one JSON object.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '1000' },
    backlog: { type: 'string', default: '1000000' },
  },
})
const minutes = Number(values.minutes)
const backlog = Number(values.backlog)
const TOPIC = 'segment.raw'
const GROUP = 'segment-to-edx'
const BATCH = 5_000
const SHOWN = {
  rss: 'segedx_process_resident_memory_bytes',
  heap: 'segedx_nodejs_heap_size_used_bytes',
  files: 'segedx_process_open_fds',
} as const
/** The latest that is known: while a transaction may still change an offset it is not told. */
const known = new Map<number, { readonly offset: number; readonly metadata: string }>()
const say = (text: string) => process.stdout.write(`${text}\n`)
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

const world = await startWorld({ brokers: 1, processors: 0, log: say })
const kafka = createKafka(
  { brokers: world.stack.kafka.brokers, clientId: 'soak' },
  createLog({ level: 'error', command: 'test' }),
)
const admin = kafka.admin()
await admin.connect()
try {
  await preload()
  world.slots.push(await world.newSlot())
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000)
  let left = await waiting()
  for (; left > 0 && !stop.signal.aborted; left = await waiting()) {
    await pause(5_000)
    await show(seconds(), left)
  }
  const caughtUpAfter = seconds()
  say(`The backlog is done after ${caughtUpAfter} s; now ${values.rate} events a second`)
  const feeder = startFeeder(world.webhook, Number(values.rate))
  const samples = [await show(seconds(), 0)]
  for (const end = Date.now() + minutes * 60_000; Date.now() < end && !stop.signal.aborted; ) {
    await pause(60_000)
    samples.push(await show(seconds(), await waiting()))
  }
  await feeder.stop()
  while ((await waiting()) > 0) await sleep(500)
  const { raw, ledger } = await totals()
  const at = (share: number) => samples[Math.floor((samples.length - 1) * share)]
  const figures = { backlog, caughtUpAfter, posted: feeder.posted, refusals: feeder.refusals, raw, ...ledger }
  say(JSON.stringify({ ...figures, exits: world.exits.length, start: at(0), middle: at(0.5), end: at(1) }))
  const isComplete = ledger.emitted + ledger.rejected + ledger.ignored === raw
  process.exitCode = isComplete && world.exits.length === 0 ? 0 : 1
} finally {
  await admin.disconnect()
  await world.stopProcessors()
  await world.close()
}
process.exit()

async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: stop.signal }).catch(() => {})
}

/** Straight to the topic: it is not the bridge that is tried here. */
async function preload(): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  for (let first = 0; first < backlog; first += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, backlog - first) }, (_, i) => ({
      key: String((first + i) % 500),
      partition: (first + i) % 8,
      value: eventOf(first + i),
    }))
    await producer.send({ topic: TOPIC, messages })
    if ((first + BATCH) % 100_000 === 0)
      say(`${first + messages.length} of ${backlog} records are on the raw topic`)
  }
  await producer.disconnect()
}

async function committed() {
  const [answer] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] })
  for (const { partition, offset, metadata } of answer?.partitions ?? [])
    known.set(partition, { offset: Math.max(0, Number(offset)), metadata: metadata ?? '' })
  return known
}

async function waiting(): Promise<number> {
  const [offsets, ends] = [await committed(), await admin.fetchTopicOffsets(TOPIC)]
  return ends.reduce(
    (sum, { partition, high }) => sum + Number(high) - (offsets.get(partition)?.offset ?? 0),
    0,
  )
}

async function totals() {
  const sum = { emitted: 0, rejected: 0, ignored: 0 }
  const offsets = await committed()
  for (const { offset, metadata } of offsets.values()) {
    const ledger = decodeLedger(metadata, offset)
    for (const fate of ['emitted', 'rejected', 'ignored'] as const) sum[fate] += ledger?.[fate] ?? 0
  }
  const ends = await admin.fetchTopicOffsets(TOPIC)
  return { raw: ends.reduce((all, { high }) => all + Number(high), 0), ledger: sum }
}

/** Says how the processor and the bridge stand, in MiB and open files. */
async function show(second: number, left: number) {
  const [processor, bridge] = [await figuresOf(world.slots[0]?.url ?? ''), await figuresOf(world.bridgeUrl)]
  const text = (of: Awaited<ReturnType<typeof figuresOf>>) =>
    of ? `${of.rss} MiB, heap ${of.heap} MiB, ${of.files} files` : 'does not answer'
  say(`${String(second).padStart(6)} s  ${left} wait  process: ${text(processor)}; bridge: ${text(bridge)}`)
  return { process: processor, bridge }
}

async function figuresOf(url: World['bridgeUrl']) {
  const response = await fetch(`${url}/metrics`).catch(() => null)
  const text = (await response?.text()) ?? ''
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
  if (!text) return null
  const mib = (name: string) => Math.round(value(name) / 2 ** 20)
  return { rss: mib(SHOWN.rss), heap: mib(SHOWN.heap), files: value(SHOWN.files) }
}
