import type { Batch, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { RawRecord } from '../pipeline/shapes.ts'
import type { Delivery, DeliveryResult, GroupSession, RawSource } from '../ports.ts'
import { consumerGroup, type Membership, onOffsetOutOfRange } from './patch/consumer-group.ts'

export interface RawSourceOptions {
  /** Of its own: kafkajs marks offsets as committed for everything made from one instance. */
  readonly kafka: Kafka
  readonly topic: string
  readonly group: string
  readonly sessionTimeoutMs: number
  readonly metrics: Metrics
  readonly log: Log
  /** Takes what was fetched of one partition; resolves when it is committed or let go. */
  readonly deliver: (delivery: Delivery) => Promise<DeliveryResult>
  readonly onOutOfRange: (partition: number) => void
  /** The consumer has stopped for good, and only a new process can go on. */
  readonly onDead: (error: Error) => void
}

export interface StartedRawSource extends RawSource {
  start(): Promise<void>
  /** Lets the batches in hand end, and leaves the group. */
  stop(): Promise<void>
}

/** kafkajs sends heartbeats only when asked to. */
const HEARTBEAT_MS = 1_000
/** A fetch of one partition stays below what one produce request to the output may hold. */
const FETCH_BYTES = 512 * 1024
const MAX_WAIT_MS = 200
/** Workers of the consumer, and so the partitions that one process can have in a round. */
const MOST_PARTITIONS = 256

/** The raw topic as kafkajs's consumer reads it, with the session that each batch belongs to. */
export function createRawSource(options: RawSourceOptions): StartedRawSource {
  const { kafka, topic, group, metrics, log } = options
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: options.sessionTimeoutMs,
    rebalanceTimeout: Math.max(30_000, 3 * options.sessionTimeoutMs),
    heartbeatInterval: Math.min(HEARTBEAT_MS, options.sessionTimeoutMs / 4),
    maxWaitTimeInMs: MAX_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES,
    allowAutoTopicCreation: false,
    // Its count of retries never begins anew while it lives, so it must not end; nor its pauses grow.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: Number.MAX_SAFE_INTEGER },
  })
  const sessions = new WeakMap<Membership, GroupSession>()
  let joined = false

  const membership = () => consumerGroup(group)?.offsetManager ?? null
  const session = (): GroupSession | null => {
    const now = membership()
    if (!now) return null
    const known = sessions.get(now)
    if (known) return known
    const { generationId, memberId, memberAssignment } = now
    const fresh = { generationId, memberId, partitions: new Set((memberAssignment[topic] ?? []).map(Number)) }
    sessions.set(now, fresh)
    return fresh
  }

  watch(consumer, options, () => {
    joined = true
    metrics.count('consumer_rebalances_total', { kind: 'assigned' })
  })
  onOffsetOutOfRange(group, (_, partition) => options.onOutOfRange(partition))

  return {
    session,
    isMember: () => !joined || consumerGroup(group)?.memberId !== null,
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    halt: partition => consumer.pause([{ topic, partitions: [partition] }]),
    async start() {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        // Every partition waits for its round at once, so that one transaction can take them all.
        partitionsConsumedConcurrently: MOST_PARTITIONS,
        eachBatch: payload => handleBatch(payload, session(), options),
      })
    },
    async stop() {
      await consumer.disconnect().catch(err => {
        log.warn(
          { event: 'group_not_left', err },
          'The group could not be left; it notices by the session time-out',
        )
      })
    },
  }
}

function watch(consumer: Consumer, { log, metrics, onDead }: RawSourceOptions, onJoin: () => void): void {
  consumer.on('consumer.group_join', onJoin)
  consumer.on('consumer.rebalancing', () => metrics.count('consumer_rebalances_total', { kind: 'revoked' }))
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    metrics.count('consumer_rebalances_total', { kind: 'lost' })
    log.warn({ event: 'consumer_crashed', restart, err: error }, 'The consumer stopped on an error')
    if (!restart) onDead(error)
  })
}

async function handleBatch(
  { batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload,
  session: GroupSession | null,
  { deliver }: RawSourceOptions,
): Promise<void> {
  if (!session || !isRunning() || isStale() || !session.partitions.has(batch.partition)) return
  const questioned = new AbortController()
  let heartbeatError: unknown
  const beat = () =>
    heartbeat().catch(error => {
      heartbeatError ??= error
      questioned.abort()
    })
  const beating = setInterval(() => void beat(), HEARTBEAT_MS)
  const result = await deliver(deliveryOf(batch, session, questioned.signal)).finally(() =>
    clearInterval(beating),
  )
  if ('committedTo' in result) resolveOffset(String(result.committedTo - 1))
  // What says that the group goes on without this member has to reach kafkajs: it is what makes it join again.
  if ('rejoin' in result) throw result.rejoin
  if (heartbeatError !== undefined) throw heartbeatError
  await heartbeat()
}

function deliveryOf(batch: Batch, session: GroupSession, signal: AbortSignal): Delivery {
  const { topic, partition, messages, highWatermark } = batch
  // At run time a batch says where its fetch began; kafkajs's types do not.
  const { fetchedOffset } = batch as Batch & { fetchedOffset: string }
  return {
    session,
    partition,
    fetchedOffset: Number(fetchedOffset),
    nextOffset: Number(batch.lastOffset()) + 1,
    highWatermark: Number(highWatermark),
    records: messages.map(message => rawRecord(topic, partition, message)),
    signal,
  }
}

const rawRecord = (topic: string, partition: number, message: KafkaMessage): RawRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  timestamp: Number(message.timestamp),
  key: message.key,
  value: message.value,
  headers: message.headers ?? {},
})
