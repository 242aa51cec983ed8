import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { backOff } from '../back-off.ts'
import { readSettings, type SettingsOf } from '../config.ts'
import { createKafka } from '../kafka/client.ts'
import { createGroupOffsets } from '../kafka/group-offsets.ts'
import { createRawSource } from '../kafka/raw-source.ts'
import { createTransactions } from '../kafka/transactions.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Health } from '../observe/health.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import type { UserDirectory } from '../ports.ts'
import { monitor } from '../processor/monitor.ts'
import { NoStartError } from '../processor/positions.ts'
import { Processor } from '../processor/processor.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { type Discovered, discover } from './discovery.ts'
import { kafkaConnection } from './kafka-connection.ts'
import { startObserving } from './observing.ts'
import { pipelineSettings } from './pipeline-settings.ts'
import { openUsers } from './users.ts'

/** SIGTERM ends the process within 10 s, whatever does not answer; what is in doubt then, a successor settles. */
const STOP_MS = 7_000
/**
 * The old objects' memory grows to so many times what lives before V8 collects them: 2.5 times. By itself it would wait
 * until they are four times as much, which takes 40 MB more, and saves next to nothing.
 */
const HEAP_GROWTH = '--heap-growing-percent=150'
/** A member at work when others join has this long to end its round. */
const REBALANCE_MS = 30_000

export const command = defineCommand({
  details: `Reads the raw topic as a member of the consumer group and writes tracking events and rejections, exactly once
for readers with isolation level read_committed. Run as many as there are partitions. SIGTERM ends it in good order.
SIGHUP: secrets are read again from their files, for connections to come.`,
  examples: [['process', 'runs until it is told to stop; metrics and health are on METRICS_PORT']],
  async run({ env, signal }) {
    const settings = readSettings(env, 'process')
    setFlagsFromString(HEAP_GROWTH)
    const observed = await startObserving('process', env, settings, {
      components: ['kafka', 'consumer', 'transactions', 'users', 'schemas', 'breaker'],
      groups: ['processor', 'transactions', 'consumer', 'producer', 'dependencies'],
      topics: { read: [settings.RAW_TOPIC], written: [settings.OUTPUT_TOPIC, settings.ERROR_TOPIC] },
    })
    const { log } = observed
    const late = once(signal).then(() => sleep(STOP_MS, 'late' as const, { ref: false }))
    const ended = await Promise.race([runUntilStopped(settings, observed, signal), late])
    if (ended === 'late') {
      log.warn({ event: 'stopped_late' }, 'Stopped without waiting any longer; a successor settles the rest')
    } else {
      log.info({ event: 'stopped' }, 'Stopped in good order: the group is left, and nothing is in doubt')
    }
    return EXIT.done
  },
})

type Settings = SettingsOf<'process'>
type Observed = Awaited<ReturnType<typeof startObserving>>

async function runUntilStopped(settings: Settings, observed: Observed, signal: AbortSignal): Promise<void> {
  const { log, metrics, health } = observed
  const users = openUsers(settings, metrics)
  const kafka = createKafka(kafkaConnection(settings), log, { metrics, client: 'admin' })
  const admin = kafka.admin()
  try {
    const discovered = await discover(settings, admin, observed, signal)
    if (!discovered) return
    void reportUsers(users, health, signal)
    await work(settings, observed, { admin, users, discovered }, signal)
  } catch (error) {
    throw error instanceof NoStartError ? new UsageError(error.message) : error
  } finally {
    await Promise.all([users.close(), admin.disconnect(), health.close()])
  }
}

interface Connected {
  readonly admin: Parameters<typeof createGroupOffsets>[0]
  readonly users: UserDirectory
  readonly discovered: Discovered
}

async function work(
  settings: Settings,
  { log, metrics, health }: Observed,
  { admin, users, discovered }: Connected,
  signal: AbortSignal,
): Promise<void> {
  const { RAW_TOPIC: topic, CONSUMER_GROUP: group, SESSION_TIMEOUT_MS: sessionTimeoutMs } = settings
  const { TRANSACTION_TIMEOUT_MS: transactionTimeoutMs } = settings
  const rebalanceTimeoutMs = Math.max(REBALANCE_MS, 3 * sessionTimeoutMs)
  const connection = kafkaConnection(settings)
  const common = { group, topic, metrics, health, log }
  const offsets = createGroupOffsets(admin, group, topic)
  const stop = new AbortController()
  let onDead: (error: Error) => void = () => {}
  const dead = new Promise<never>((_, reject) => {
    onDead = reject
  })

  const source = createRawSource({
    ...common,
    kafka: createKafka(connection, log, { metrics, client: 'consumer' }),
    partitions: discovered.rawPartitions,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    deliver: delivery => processor.deliver(delivery),
    onOutOfRange: partition => processor.positions.reconsider(partition),
    onDead,
  })
  const sizes = topicSizes(settings.MAX_BODY_BYTES)
  const transactions = createTransactions({
    ...common,
    kafka: createKafka(connection, log, { metrics, client: 'producer' }),
    rawTopic: topic,
    topics: {
      output: { name: settings.OUTPUT_TOPIC, takesBytes: sizes.output },
      errors: { name: settings.ERROR_TOPIC, takesBytes: sizes.errors },
    },
    transactionTimeoutMs,
    compression: settings.OUTPUT_COMPRESSION,
  })
  const processor: Processor = new Processor({
    ...common,
    offsets,
    source,
    transactions,
    pipeline: createPipeline(pipelineSettings(settings, discovered)),
    users,
    userGraceMs: settings.USER_GRACE_MS,
    breaker: settings.REJECTION_BREAKER,
    commitIntervalMs: settings.COMMIT_INTERVAL_MS,
    stop: signal,
  })
  const watched = {
    ...common,
    processor,
    source,
    offsets,
    transactionTimeoutMs,
    lostMembershipMs: sessionTimeoutMs + rebalanceTimeoutMs,
    retentionMs: discovered.rawRetentionMs,
  }
  try {
    await source.start()
    const working = Promise.all([processor.run(), monitor(watched, AbortSignal.any([signal, stop.signal]))])
    await Promise.race([working, dead])
  } finally {
    stop.abort()
    await source.stop()
  }
}

/** Says at start, not only with the first record, whether the database answers. */
async function reportUsers(users: UserDirectory, health: Health, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await users.find([0])
      return health.report('users', { ready: true })
    } catch (error) {
      health.report('users', { ready: false, reason: describeError(error) })
    }
    await backOff(attempt, signal)
  }
}

const once = (signal: AbortSignal) =>
  new Promise<void>(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
