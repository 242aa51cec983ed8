import { backOff } from '../back-off.ts'
import { readSettings, type SettingsOf } from '../config.ts'
import { createKafka } from '../kafka/client.ts'
import { createGroupOffsets } from '../kafka/group-offsets.ts'
import { createRawSource } from '../kafka/raw-source.ts'
import { describeTopics } from '../kafka/topics.ts'
import { createTransactions } from '../kafka/transactions.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import { SchemaNotFoundError } from '../ports.ts'
import { startMonitor } from '../processor/monitor.ts'
import { NoStartError } from '../processor/positions.ts'
import { Processor } from '../processor/processor.ts'
import { createRegistry } from '../schemas/registry.ts'
import { subjectOf, TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { kafkaConnection } from './kafka-connection.ts'
import { startObserving } from './observing.ts'
import { pipelineSettings } from './pipeline-settings.ts'
import { registryConnection } from './registry-connection.ts'
import { openUsers } from './users.ts'

type ProcessSettings = SettingsOf<'process'>

export const command = defineCommand({
  details: `Reads the raw topic as a member of the consumer group and writes tracking events and rejections, exactly once
for readers with isolation level read_committed. Run as many as there are partitions. SIGTERM ends it in good order.`,
  examples: [['process', 'runs until it is told to stop; metrics and health are on METRICS_PORT']],
  async run({ env, signal }) {
    const settings = readSettings(env, 'process')
    const { RAW_TOPIC: topic, CONSUMER_GROUP: group } = settings
    const observed = await startObserving('process', env, settings, {
      components: ['consumer', 'transactions', 'users', 'schemas'],
      groups: ['processor', 'transactions', 'consumer', 'producer', 'dependencies'],
      topics: { read: [topic], written: [settings.OUTPUT_TOPIC, settings.ERROR_TOPIC] },
    })
    const { log, metrics, health } = observed
    const users = openUsers({ ...settings, DATABASE_URL: settings.DATABASE_URL as string }, metrics)
    const writing = createKafka(kafkaConnection(settings), log)
    const admin = writing.admin()
    try {
      const discovered = await discover(settings, admin, { metrics, health, log }, signal)
      if (!discovered) return EXIT.done
      // Said at start, not only with the first record: whether the database answers.
      users.find([0]).then(
        () => health.report('users', { ready: true }),
        err => health.report('users', { ready: false, reason: describeError(err) }),
      )
      let fail: (error: Error) => void = () => {}
      const dead = new Promise<never>((_, reject) => {
        fail = reject
      })
      const offsets = createGroupOffsets(admin, group, topic)
      const source = createRawSource({
        kafka: createKafka(kafkaConnection(settings), log),
        topic,
        group,
        sessionTimeoutMs: settings.SESSION_TIMEOUT_MS,
        metrics,
        log,
        deliver: delivery => processor.deliver(delivery),
        onOutOfRange: partition => processor.positions.halt(partition, 'its next offset is outside the log'),
        onDead: error => fail(error),
      })
      const processor: Processor = new Processor({
        group,
        topic,
        offsets,
        source,
        transactions: createTransactions({
          kafka: writing,
          group,
          rawTopic: topic,
          topics: { output: settings.OUTPUT_TOPIC, errors: settings.ERROR_TOPIC },
          transactionTimeoutMs: settings.TRANSACTION_TIMEOUT_MS,
          metrics,
          log,
        }),
        pipeline: createPipeline(pipelineSettings(settings, discovered)),
        users,
        userGraceMs: settings.USER_GRACE_MS,
        metrics,
        health,
        log,
      })
      const { SESSION_TIMEOUT_MS: sessionTimeoutMs, TRANSACTION_TIMEOUT_MS: transactionTimeoutMs } = settings
      const watched = { processor, source, offsets, topic, sessionTimeoutMs, transactionTimeoutMs }
      const endMonitor = startMonitor({ ...watched, metrics, health, log, onDead: error => fail(error) })
      signal.addEventListener('abort', () => processor.stop(), { once: true })
      try {
        await source.start()
        await Promise.race([processor.run(), dead])
      } finally {
        endMonitor()
        processor.stop()
        await source.stop()
      }
    } catch (error) {
      if (error instanceof NoStartError) throw new UsageError(error.message)
      throw error
    } finally {
      await users.close()
      await admin.disconnect()
      await observed.health.close()
    }
    log.info({ event: 'stopped' }, 'Stopped in good order: the group is left, and nothing is in doubt')
    return EXIT.done
  },
})

interface Observers {
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Log
}

/** What Kafka and the registry say of the topics and the schema; tried until they answer. Undefined: told to stop. */
async function discover(
  settings: ProcessSettings,
  admin: ReturnType<ReturnType<typeof createKafka>['admin']>,
  { metrics, health, log }: Observers,
  signal: AbortSignal,
) {
  const registry = createRegistry({ ...registryConnection(settings), metrics })
  const { RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC } = settings
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await admin.connect()
      const topics = await describeTopics(admin, [RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC])
      const facts = (name: string) => {
        const found = topics.get(name)
        if (!found) throw new UsageError(`The topic ${name} does not exist: create it with \`setup\``)
        return found
      }
      const [, output, errors] = [facts(RAW_TOPIC), facts(OUTPUT_TOPIC), facts(ERROR_TOPIC)]
      const needed = topicSizes(settings.MAX_BODY_BYTES).output
      if (output.maxMessageBytes < needed) {
        throw new UsageError(
          `The topic ${OUTPUT_TOPIC} takes ${output.maxMessageBytes} bytes (max.message.bytes), but MAX_BODY_BYTES needs ${needed}: run \`setup\` to raise it`,
        )
      }
      const schemaId = await registry.idOf(subjectOf(OUTPUT_TOPIC), TRACKING_EVENT_SCHEMA)
      health.report('schemas', { ready: true })
      return { schemaId, outputPartitions: output.partitions, errorPartitions: errors.partitions }
    } catch (err) {
      if (err instanceof UsageError) throw err
      if (err instanceof SchemaNotFoundError) throw new UsageError(err.message)
      health.report('schemas', { ready: false, reason: describeError(err) })
      log.warn(
        { event: 'not_started', attempt, err },
        'Kafka or the schema registry does not answer; trying again',
      )
      await backOff(attempt, signal)
    }
  }
  return undefined
}
