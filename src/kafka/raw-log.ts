import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { backOff } from '../back-off.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Readiness } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { RawLog } from '../ports.ts'
import { Lanes, type Shipment } from './lanes.ts'
import { createPacker, type Parcel } from './parcels.ts'
import { runProducerWorker } from './producer-worker.ts'
import { describeRawTopic, UnfitTopicError } from './raw-topic.ts'
import type { TopicFacts } from './topics.ts'

/** The webhook answers at most 4 s after the last byte of a body; the rest of that time is its own. */
const DEADLINE_MS = 3_500
/** A call ends before the appends that wait behind it have to. */
const CALL_TIMEOUT_MS = 3_000
/**
 * Producers, with one call in flight each. kafkajs lets the calls of one producer wait for one another, so that
 * a partition in trouble would hold up all.
 */
const WORKERS = 4
/** One batch, at least as large as a single event (max.message.bytes is checked to allow that). */
const BATCH_BYTES = 1_000_000
/** How often Kafka is asked about the topic: it may be given partitions, or be gone while nobody posts. */
const WATCH_INTERVAL_MS = 10_000
const NOT_REACHED = 'Kafka has not been reached yet'

export interface RawLogOptions {
  readonly kafka: Kafka
  readonly topic: string
  /** What the topic's max.message.bytes has to be at least. */
  readonly requiredMessageBytes: number
  readonly metrics: Metrics
  readonly log: Log
  readonly report: (readiness: Readiness) => void
}

export interface OpenableRawLog extends RawLog {
  /**
   * Resolves once Kafka is reached, however long that takes, or the log closed before. Throws UnfitTopicError.
   * Until it has resolved, `append` throws at once.
   */
  open(): Promise<void>
  /** Waits for the appends in hand, then lets Kafka go. */
  close(): Promise<void>
}

/** The raw topic on Kafka: appends of many requests, gathered into few calls of one partition each. */
export function createRawLog(options: RawLogOptions): OpenableRawLog {
  const { kafka, topic, log, report } = options
  const stop = new AbortController()
  const lanes = new Lanes()
  const appends = new Set<Promise<void>>()
  const workerFaults: (string | null)[] = Array(WORKERS).fill(NOT_REACHED)
  let facts: TopicFacts | undefined
  let pack = createPacker(BATCH_BYTES)
  let running: Promise<unknown> = Promise.resolve()

  return {
    async append(events) {
      if (!facts) throw new Error(`The raw topic ${topic} cannot be written: ${NOT_REACHED}`)
      const appended = deliver(pack(events, facts.partitions))
      appends.add(appended)
      try {
        await appended
      } finally {
        appends.delete(appended)
      }
    },

    async open() {
      facts = await look()
      if (!facts) return
      const batchBytes = Math.min(BATCH_BYTES, facts.maxMessageBytes)
      pack = createPacker(batchBytes)
      const workers = workerFaults.map((_, worker) =>
        runProducerWorker({
          ...options,
          lanes,
          batchBytes,
          callTimeoutMs: CALL_TIMEOUT_MS,
          onProducer: fault => {
            workerFaults[worker] = fault
            reportWorkers()
          },
          signal: stop.signal,
        }),
      )
      running = Promise.all([...workers, watch()])
    },

    async close() {
      await Promise.allSettled(appends)
      stop.abort()
      lanes.close()
      await running
    },
  }

  /** Resolves when every parcel is stored. What still waits at the deadline, or after a failure, is taken back. */
  function deliver(parcels: readonly Parcel[]): Promise<void> {
    if (parcels.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      let left = parcels.length
      const settle = (error: Error | null): void => {
        if (error === null && --left > 0) return
        clearTimeout(timer)
        if (error === null) resolve()
        else reject(error)
        for (const shipment of shipments) lanes.remove(shipment)
      }
      const timer = setTimeout(
        () => settle(new Error(`Kafka did not acknowledge all events on ${topic} within ${DEADLINE_MS} ms`)),
        DEADLINE_MS,
      )
      const shipments = parcels.map(
        ({ partition, messages, bytes }): Shipment => ({ partition, messages, bytes, settle }),
      )
      for (const shipment of shipments) lanes.add(shipment)
    })
  }

  async function look(): Promise<TopicFacts | undefined> {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      try {
        return await seen()
      } catch (err) {
        if (err instanceof UnfitTopicError) throw err
        reportAbsence(err)
        await backOff(attempt, stop.signal)
      }
    }
    return undefined
  }

  async function seen(): Promise<TopicFacts> {
    const found = await describeRawTopic(kafka, topic, options.requiredMessageBytes)
    lanes.leaders = found.leaders
    return found
  }

  async function watch(): Promise<void> {
    for (;;) {
      await sleep(WATCH_INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => {})
      if (stop.signal.aborted) return
      try {
        facts = await seen()
        reportWorkers()
      } catch (err) {
        reportAbsence(err)
      }
    }
  }

  function reportAbsence(err: unknown): void {
    report({ ready: false, reason: describeError(err) })
    log.warn(
      { event: 'raw_topic_not_seen', topic, err },
      'The raw topic could not be looked at; trying again',
    )
  }

  /** One worker with a producer is enough to serve every partition. */
  function reportWorkers(): void {
    const ready = workerFaults.includes(null)
    report(ready ? { ready } : { ready, reason: workerFaults[0] ?? NOT_REACHED })
  }
}
