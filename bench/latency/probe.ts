import { setTimeout as sleep } from 'node:timers/promises'
import { createKafka } from '#src/kafka/client.ts'
import { createTopicReader } from '#src/kafka/topic-reader.ts'
import { sampleEvents } from '../events.ts'
import { cpuSeconds } from '../processes.ts'
import { NO_LOG, PARTITIONS } from '../world.ts'
import { quantiles } from './quantiles.ts'
import { endOfTransactions, transactionsBetween } from './transactions.ts'

/*
 * A process of its own, started by probe-process.ts: it writes raw records at a steady rate, whether or not the earlier ones
 * have come out, and reads what comes of them. Both times are of its own clock.
 */

/** What the probe is to do. */
export interface ProbeOrder {
  readonly brokers: readonly string[]
  readonly raw: string
  /** The topic that is read: the output, or, with no processor between, the raw topic itself. */
  readonly read: string
  readonly eventsPerSecond: number
  /** From the first record read on; its events are not counted. */
  readonly warmUpMs: number
  readonly measureMs: number
  readonly clientPids: readonly number[]
  readonly brokerPids: readonly number[]
}

/** What it saw. */
export interface Probed {
  /** Of how many records, each from the call that produced it to the answer that brought it, in ms. */
  readonly records: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
  readonly clientCpuMicros: number
  readonly brokerCpuMicros: number
  readonly brokerCpuPercent: number
  readonly transactionsPerSecond: number
}

const TICK_MS = 2
/** For what is still on its way at the end. */
const STRAGGLE_MS = 2_500
const START_WITHIN_MS = 60_000
/** Of enough different users that most have to be looked up when they are first seen. */
const SEED = 7
const HEADERS = { 'webhook-path': '/segmentio/event', 'webhook-host': 'courses.example.edu' }

/** A raw record's place, by which its output names it. */
const placeOf = (partition: number, offset: number) => `${partition}-${offset}`

async function probe(order: ProbeOrder): Promise<Probed> {
  const { raw, read: topic, eventsPerSecond } = order
  const kafka = createKafka({ brokers: order.brokers, clientId: 'bench-probe' }, NO_LOG)
  const producer = kafka.producer()
  const reader = createTopicReader(kafka)
  await producer.connect()
  const sentAt = new Map<string, number>()
  const readAt = new Map<string, number>()

  const ended = new AbortController()
  const spans = [...(await reader.spans(topic))].map(
    ([partition, { to }]) => [partition, { from: to, to: Number.POSITIVE_INFINITY }] as const,
  )
  const reading = (async () => {
    for await (const record of reader.read(topic, new Map(spans), ended.signal)) {
      const { 'source-partition': partition, 'source-offset': offset } = record.headers
      const isOutput = offset !== undefined
      const place = isOutput ? `${partition}-${offset}` : placeOf(record.partition, record.offset)
      readAt.set(place, performance.now())
    }
  })().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error
  })

  const events = sampleEvents(Number.POSITIVE_INFINITY, SEED)
  async function send(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => {
      const { userId, body } = events.next().value as { userId: number; body: string }
      return { partition: userId % PARTITIONS, key: String(userId), value: body, headers: HEADERS }
    })
    const at = performance.now()
    const next = new Map<number, number>()
    for (const { partition, baseOffset } of await producer.send({ topic: raw, messages, acks: -1 }))
      next.set(partition, Number(baseOffset))
    for (const { partition } of messages) {
      const offset = next.get(partition) as number
      sentAt.set(placeOf(partition, offset), at)
      next.set(partition, offset + 1)
    }
  }

  const sending = new Set<Promise<void>>()
  const startedAt = performance.now()
  let begun = 0
  const ticking = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) * eventsPerSecond) / 1_000) - begun
    if (due <= 0) return
    begun += due
    const sent: Promise<void> = send(due).finally(() => sending.delete(sent))
    sending.add(sent)
  }, TICK_MS)

  while (readAt.size === 0) {
    if (performance.now() - startedAt > START_WITHIN_MS) throw new Error(`Nothing came out on ${topic}`)
    await sleep(TICK_MS)
  }
  await sleep(order.warmUpMs)
  const look = async () => ({
    transactions: await endOfTransactions(reader),
    at: performance.now(),
    begun,
    client: cpuSeconds(order.clientPids),
    broker: cpuSeconds(order.brokerPids),
  })
  const begin = await look()
  await sleep(order.measureMs)
  const end = await look()
  clearInterval(ticking)
  await Promise.all(sending)
  await sleep(STRAGGLE_MS)
  ended.abort()
  await reading

  const seconds = (end.at - begin.at) / 1_000
  const count = end.begun - begin.begun
  const latencies: number[] = []
  for (const [place, at] of readAt) {
    const sent = sentAt.get(place)
    if (sent !== undefined && sent >= begin.at && sent < end.at) latencies.push(at - sent)
  }
  const transactions = await transactionsBetween(reader, begin.transactions, end.transactions)
  await Promise.all([producer.disconnect(), reader.close()])
  return {
    records: latencies.length,
    ...quantiles(latencies),
    clientCpuMicros: ((end.client - begin.client) / count) * 1e6,
    brokerCpuMicros: ((end.broker - begin.broker) / count) * 1e6,
    brokerCpuPercent: ((end.broker - begin.broker) / seconds) * 100,
    transactionsPerSecond: transactions / seconds,
  }
}

process.once('message', order => {
  probe(order as ProbeOrder).then(
    probed => process.send?.({ probed }, () => process.exit(0)),
    error => process.send?.({ fault: String(error?.stack ?? error) }, () => process.exit(1)),
  )
})
