import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Kafka, Producer, RecordMetadata } from 'kafkajs'
import { backOff } from '../back-off.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { type Lane, type Lanes, type Shipment, takeBatch } from './lanes.ts'

/** So many full batches at most in one call, which has to be through in time. */
const CALL_BATCHES = 4

export interface WorkerOptions {
  readonly kafka: Kafka
  readonly topic: string
  readonly lanes: Lanes
  readonly batchBytes: number
  /** How long a produce call may take before its outcome counts as unknown. */
  readonly callTimeoutMs: number
  readonly metrics: Metrics
  readonly log: Log
  /** Told whenever it has, or has lost, a producer to work with; null: it has one. */
  readonly onProducer: (fault: string | null) => void
  /** Ends attempts to connect; a worker with a producer ends when the lanes are closed. */
  readonly signal: AbortSignal
}

/** What goes to one partition in one call. */
interface Batch {
  readonly lane: Lane
  readonly shipments: readonly Shipment[]
}

/** A call that failed or took too long; `ended` is when kafkajs has given it up, too. */
interface Doubt {
  readonly ended: Promise<void>
}

/**
 * Serves lanes, those of a broker together, one produce call at a time, until they are closed. After any doubt about a call its producer is
 * never used again: kafkajs would give the next batch the sequence numbers of the failed one, and Kafka, if
 * that was stored after all, would drop the next as its repetition.
 */
export async function runProducerWorker(options: WorkerOptions): Promise<void> {
  for (;;) {
    const producer = await connect(options)
    if (producer === null) return
    options.onProducer(null)
    const doubt = await serve(producer, options)
    // While kafkajs is still at the call it would connect again for its sake.
    const discarded = (doubt?.ended ?? Promise.resolve()).then(() => discard(producer, options.log))
    if (doubt === null) return discarded
  }
}

/** A producer once it has an id of its own; null: told to stop before. */
async function connect({ kafka, log, onProducer, signal }: WorkerOptions): Promise<Producer | null> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false })
    try {
      await producer.connect()
      return producer
    } catch (err) {
      log.warn({ event: 'producer_not_connected', attempt, err }, 'No producer could be had; trying again')
      onProducer(describeError(err))
      void discard(producer, log)
    }
    await backOff(attempt, signal)
  }
  return null
}

/** Sends what waits until a call is in doubt; null: the lanes are closed. */
async function serve(producer: Producer, options: WorkerOptions): Promise<Doubt | null> {
  const { lanes, batchBytes } = options
  for (;;) {
    const lane = await lanes.next()
    if (lane === null) return null
    // Requests that arrive in one turn of the event loop share the call.
    await nextTurn()
    const served = [lane, ...lanes.companions(lane, CALL_BATCHES * batchBytes)]
    const batches = served.map((one): Batch => ({ lane: one, shipments: takeBatch(one, batchBytes) }))
    const doubt = await produce(
      producer,
      batches.filter(({ shipments }) => shipments.length > 0),
      options,
    )
    for (const one of served) lanes.done(one)
    if (doubt !== null) return doubt
  }
}

/** One call for a batch of each partition: what it costs, here and at the broker, hardly grows with them. */
async function produce(
  producer: Producer,
  batches: readonly Batch[],
  { topic, callTimeoutMs, metrics, log, onProducer }: WorkerOptions,
): Promise<Doubt | null> {
  if (batches.length === 0) return null
  const messages = batches.flatMap(({ shipments }) => shipments.flatMap(shipment => shipment.messages))
  const startedAt = performance.now()
  const call = producer.send({ topic, messages, acks: -1, timeout: callTimeoutMs })
  const outcome = await within(call, callTimeoutMs).catch((reason: unknown) =>
    reason instanceof Error ? reason : new Error(String(reason)),
  )
  metrics.observe('producer_send_duration_seconds', { topic }, (performance.now() - startedAt) / 1_000)
  let failure: Error | null = null
  for (const { lane, shipments } of batches) {
    const error = outcome instanceof Error ? outcome : faultOf(outcome, topic, lane.partition)
    const records = shipments.reduce((sum, shipment) => sum + shipment.messages.length, 0)
    metrics.count('producer_records_total', { topic, result: error ? 'error' : 'ok' }, records)
    lane.isDoubted = error !== null
    for (const shipment of shipments) shipment.settle(error)
    if (error === null) continue
    failure = error
    log.warn(
      { event: 'produce_failed', topic, partition: lane.partition, records, err: error },
      'Records may not be stored; their senders are told to repeat them',
    )
  }
  if (failure === null) return null
  onProducer(describeError(failure))
  const ended = () => {}
  return { ended: call.then(ended, ended) }
}

/** kafkajs also resolves where a partition has no answer (several brokers, one of which moved its leadership). */
function faultOf(answer: readonly RecordMetadata[], topic: string, partition: number): Error | null {
  const own = answer.filter(one => one.partition === partition && one.topicName === topic)
  const isAcknowledged = own.length === 1 && own[0]?.errorCode === 0
  return isAcknowledged ? null : new Error(`Kafka did not acknowledge partition ${partition} of ${topic}`)
}

async function within<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Kafka did not answer within ${timeoutMs} ms`)), timeoutMs)
  })
  return Promise.race([call, late]).finally(() => clearTimeout(timer))
}

async function discard(producer: Producer, log: Log): Promise<void> {
  await producer.disconnect().catch(err => {
    log.debug(
      { event: 'producer_not_disconnected', err },
      'A producer that is not used any more did not close',
    )
  })
}
