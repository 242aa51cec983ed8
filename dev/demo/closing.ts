import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { pipelineSettings } from '#src/commands/pipeline-settings.ts'
import { registryConnection } from '#src/commands/registry-connection.ts'
import { openUsers } from '#src/commands/users.ts'
import { readSettings } from '#src/config.ts'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { createTrackingEventReader } from '#src/schemas/tracking-event-reader.ts'
import { checkLedger } from './ledger-check.ts'
import { partitionsBehind, readTopic } from './topics.ts'

type Environment = Readonly<Record<string, string>>

const SAMPLES = 2
const log = createLog({ level: 'error', command: 'demo' })

const connect = (env: Environment): Kafka =>
  createKafka({ brokers: (env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'demo' }, log)

/** Waits until everything posted is processed, and then checks the ledger. */
export async function checkAll(env: Environment): Promise<{ isTrue: boolean; text: string }> {
  const settings = readSettings(env, 'process')
  const kafka = connect(env)
  await untilProcessed(kafka, settings.CONSUMER_GROUP, settings.RAW_TOPIC)
  const users = openUsers({ ...settings, DATABASE_URL: settings.DATABASE_URL ?? '' })
  const pipeline = createPipeline(
    pipelineSettings(settings, { schemaId: 0, outputPartitions: 1, errorPartitions: 1 }),
  )
  const topics = { raw: settings.RAW_TOPIC, output: settings.OUTPUT_TOPIC, errors: settings.ERROR_TOPIC }
  const { raw, emitted, rejected, ignored, faults } = await checkLedger({
    kafka,
    topics,
    group: settings.CONSUMER_GROUP,
    pipeline,
    users,
  })
  await users.close()
  const isTrue = faults.length === 0 && raw > 0
  const verdict = isTrue
    ? `The ledger of RULES=${settings.RULES} is true`
    : `The ledger of RULES=${settings.RULES} is NOT true:\n  ${faults.slice(0, 20).join('\n  ')}`
  const sum = `${raw} raw records = ${emitted} emitted + ${rejected} rejected + ${ignored} ignored`
  return { isTrue, text: `${verdict}: ${sum}; each has exactly one outcome, and the committed totals agree` }
}

async function untilProcessed(kafka: Kafka, groupId: string, topic: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  const deadline = Date.now() + 60_000
  while ((await partitionsBehind(admin, groupId, topic)) > 0) {
    if (Date.now() > deadline)
      throw new Error('The processors have not caught up within a minute: see their logs')
    await sleep(200)
  }
  await admin.disconnect()
}

/** A few records of both topics, as a person reads them. */
export async function showSamples(env: Environment, say: (text: string) => void): Promise<void> {
  const settings = readSettings(env, 'process')
  const kafka = connect(env)
  const line = createTrackingEventReader(registryConnection(settings))
  const events = await readTopic(kafka, settings.OUTPUT_TOPIC)
  say(`\nTracking events by RULES=${settings.RULES}, decoded from their Avro (${settings.OUTPUT_TOPIC}):`)
  for (const { value } of events.slice(0, SAMPLES)) say(`  ${await line(value as Buffer)}`)
  const errors = await readTopic(kafka, settings.ERROR_TOPIC)
  say(`\nRejections with their headers (${settings.ERROR_TOPIC}):`)
  for (const { value, headers } of errors.slice(0, SAMPLES)) {
    say(`  ${value?.toString().slice(0, 160)} …`)
    for (const [name, header] of Object.entries(headers)) say(`    ${name}: ${header?.toString()}`)
  }
  say('')
}
