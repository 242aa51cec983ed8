import type { Consumer, Kafka } from 'kafkajs'
import type { Log } from '../observe/log.ts'
import type { Delivery, DeliveryResult, GroupSession, RawSource } from '../ports.ts'
import { fetchBytes, ROUND_BYTES } from './fetch-bytes.ts'
import { type Membership, membershipOf, onOffsetOutOfRange, setFetchBytes } from './patch/consumer-group.ts'
import { HEARTBEAT_MS, RawBatches } from './raw-batch.ts'

export interface RawSourceOptions {
  readonly kafka: Kafka
  readonly topic: string
  readonly group: string
  /** How many partitions the topic has: all of them can wait for one round. */
  readonly partitions: number
  readonly sessionTimeoutMs: number
  /** How long the group waits, in a rebalance, for a member that is still at work. */
  readonly rebalanceTimeoutMs: number
  readonly log: Log
  /** Takes what was fetched of one partition; resolves when it is committed or let go. */
  readonly deliver: (delivery: Delivery) => Promise<DeliveryResult>
  /** The next offset of a partition is not in the log, so nothing can be fetched before it is paused or sought. */
  readonly onOutOfRange: (partition: number) => void
  /** The consumer has stopped for good, and only a new process can go on. */
  readonly onDead: (error: Error) => void
}

export interface StartedRawSource extends RawSource {
  start(): Promise<void>
  /** Lets the batches in hand end, and leaves the group. */
  stop(): Promise<void>
}

const MAX_WAIT_MS = 200

/** The raw topic as kafkajs's consumer reads it, with the session that each batch belongs to. */
export function createRawSource(options: RawSourceOptions): StartedRawSource {
  const { kafka, topic, group, sessionTimeoutMs, log } = options
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: options.rebalanceTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 4),
    maxWaitTimeInMs: MAX_WAIT_MS,
    maxBytes: ROUND_BYTES,
    maxBytesPerPartition: fetchBytes(options.partitions),
    allowAutoTopicCreation: false,
    // Its count of retries never begins anew while it lives, so it must not end; nor may its pauses grow.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: Number.MAX_SAFE_INTEGER },
  })
  const sessions = new WeakMap<Membership, GroupSession>()
  let isJoined = false
  let lastAnswerAt = Date.now()

  const session = (): GroupSession | null => {
    const membership = isJoined ? membershipOf(group) : null
    if (!membership) return null
    const known = sessions.get(membership)
    if (known) return known
    const { generationId, memberId, memberAssignment } = membership
    const fresh = { generationId, memberId, partitions: new Set((memberAssignment[topic] ?? []).map(Number)) }
    sessions.set(membership, fresh)
    return fresh
  }
  // kafkajs throws where its consumer is stopped, or about to start again; then there is nothing to be told.
  const whenJoined = (tell: () => void) => {
    if (isJoined) tell()
  }

  consumer.on('consumer.group_join', ({ payload: { memberAssignment } }) => {
    isJoined = true
    setFetchBytes(group, fetchBytes(memberAssignment[topic]?.length ?? 0))
  })
  consumer.on('consumer.stop', () => {
    isJoined = false
  })
  consumer.on('consumer.network.request', () => {
    lastAnswerAt = Date.now()
  })
  watchForCrash(consumer, options)

  const seek = (partition: number, offset: number) =>
    whenJoined(() => consumer.seek({ topic, partition, offset: String(offset) }))
  const batches = new RawBatches({
    deliver: options.deliver,
    goBack: (of, partition, offset) => {
      if (of === session()) seek(partition, offset)
    },
  })
  const places = (partition: number) => [{ topic, partitions: [partition] }]
  onOffsetOutOfRange(group, (_, partition) => options.onOutOfRange(partition))

  return {
    session,
    lastAnswerAt: () => lastAnswerAt,
    seek,
    pause: partition => whenJoined(() => consumer.pause(places(partition))),
    resume: partition => whenJoined(() => consumer.resume(places(partition))),

    async start() {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.partitions,
        eachBatch: payload => batches.handle(payload, session()),
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

function watchForCrash(consumer: Consumer, { log, onDead }: RawSourceOptions): void {
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    log.warn(
      { event: 'consumer_crashed', restart, err: error },
      restart ? 'The consumer starts again after an error' : 'The consumer stopped on an error',
    )
    if (!restart) onDead(new Error('The Kafka consumer has stopped for good', { cause: error }))
  })
}
