import { backOff } from '../back-off.ts'
import type { SettingsOf } from '../config.ts'
import type { createKafka } from '../kafka/client.ts'
import { withKafkaHint } from '../kafka/hints.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import { describeTopics } from '../kafka/topics.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import { SchemaNotFoundError } from '../ports.ts'
import { strangeRejection } from '../processor/error-topic-group.ts'
import { createRegistry } from '../schemas/registry.ts'
import { subjectOf, TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { UsageError } from './command.ts'
import { operatorsKafka } from './kafka-connection.ts'
import { registryConnection } from './registry-connection.ts'

type Settings = SettingsOf<'process'>
type Admin = ReturnType<ReturnType<typeof createKafka>['admin']>

interface Observers {
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Log
}

/** What a processor has to know before it starts, and only the cluster can tell. */
export interface Discovered {
  readonly schemaId: number
  readonly rawPartitions: number
  readonly rawRetentionMs: number
  readonly outputPartitions: number
  readonly errorPartitions: number
}

/**
 * Asks Kafka for the topics and the registry for the id of the schema, until both answer; null: told to stop
 * before. Throws UsageError where something is missing that `setup` makes.
 */
export async function discover(
  settings: Settings,
  admin: Admin,
  observers: Observers,
  signal: AbortSignal,
): Promise<Discovered | null> {
  const { health } = observers
  const topics = await untilAnswered('kafka', observers, signal, async () => {
    await admin.connect()
    const facts = await topicsOf(settings, admin)
    await requireOwnErrors(settings, observers, signal)
    return facts
  })
  const schemaId = await untilAnswered('schemas', observers, signal, () => schemaIdOf(settings, observers))
  if (!topics || schemaId === null) return null
  health.report('schemas', { ready: true })
  return { ...topics, schemaId }
}

async function topicsOf(settings: Settings, admin: Admin) {
  const { RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC, MAX_BODY_BYTES } = settings
  const topics = await describeTopics(admin, [RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC])
  const sizes = topicSizes(MAX_BODY_BYTES)
  const facts = (name: string, neededBytes: number) => {
    const found = topics.get(name)
    if (!found) {
      throw new UsageError(
        `The topic ${name} does not exist, or may not be seen by this user: create it with \`setup\``,
      )
    }
    if (found.maxMessageBytes < neededBytes) {
      throw new UsageError(
        `The topic ${name} takes ${found.maxMessageBytes} bytes (max.message.bytes), but MAX_BODY_BYTES needs ${neededBytes}: run \`setup\` to raise it`,
      )
    }
    return found
  }
  const raw = facts(RAW_TOPIC, 0)
  return {
    rawPartitions: raw.partitions,
    rawRetentionMs: raw.retentionMs,
    outputPartitions: facts(OUTPUT_TOPIC, sizes.output).partitions,
    errorPartitions: facts(ERROR_TOPIC, sizes.errors).partitions,
  }
}

/** Throws UsageError where the error topic is another group's. */
async function requireOwnErrors(settings: Settings, { log }: Observers, signal: AbortSignal): Promise<void> {
  const { ERROR_TOPIC, CONSUMER_GROUP } = settings
  const reader = createTopicReader(operatorsKafka(settings, log))
  try {
    const strange = await strangeRejection(reader, ERROR_TOPIC, CONSUMER_GROUP, signal)
    if (!strange) return
    const { group, partition, offset } = strange
    throw new UsageError(
      `The error topic ${ERROR_TOPIC} is in use by the group ${group} (partition ${partition}, offset ${offset}), ` +
        `and CONSUMER_GROUP is ${CONSUMER_GROUP}: give each group topics of its own, as docs/replay.md says`,
    )
  } finally {
    await reader.close()
  }
}

/** The id of the schema that this program was built with, never of the latest. */
async function schemaIdOf(settings: Settings, { metrics }: Observers): Promise<number> {
  const registry = createRegistry({ ...registryConnection(settings), metrics })
  try {
    return await registry.idOf(subjectOf(settings.OUTPUT_TOPIC), TRACKING_EVENT_SCHEMA)
  } catch (error) {
    throw error instanceof SchemaNotFoundError ? new UsageError(error.message) : error
  }
}

async function untilAnswered<T>(
  component: 'kafka' | 'schemas',
  { health, log }: Observers,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T | null> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof UsageError) throw error
      const err = withKafkaHint(error)
      health.report(component, { ready: false, reason: describeError(err) })
      const what = component === 'kafka' ? 'Kafka' : 'The schema registry'
      log.warn({ event: `${component}_unavailable`, attempt, err }, `${what} does not answer; trying again`)
      await backOff(attempt, signal)
    }
  }
  return null
}
