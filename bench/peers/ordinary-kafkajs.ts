import { setTimeout as sleep } from 'node:timers/promises'
import { type EachBatchPayload, Kafka, logLevel, type Message, type Producer } from 'kafkajs'
import pgPromise from 'pg-promise'
import { translate, users } from './ordinary-translate.ts'

/*
 * A peer of the benchmark: the same job with kafkajs as it is, and code as one writes it first. JSON.parse, plain
 * objects, avsc; a transactional producer a partition and a transaction a batch, as kafkajs's documentation has it.
 */

const env = (name: string) => process.env[name] ?? ''
const RAW = env('RAW_TOPIC')
const SENDS = 2_000
const kafka = new Kafka({
  clientId: 'ordinary',
  brokers: env('KAFKA_BROKERS').split(','),
  logLevel: logLevel.NOTHING,
})
const producers = new Map<number, Producer>()

async function producerOf(partition: number): Promise<Producer> {
  const known = producers.get(partition)
  if (known) return known
  const producer = kafka.producer({
    transactionalId: `${env('CONSUMER_GROUP')}-${partition}`,
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { initialRetryTime: 5, retries: 20 },
  })
  await producer.connect()
  producers.set(partition, producer)
  return producer
}

async function eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
  const { partition } = batch
  const output: Message[] = []
  const errors: Message[] = []
  for (const { key, value, timestamp, headers = {}, offset } of batch.messages) {
    const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]))
    const outcome = translate(value, `${RAW}-${partition}-${offset}`, texts)
    if ('ignored' in outcome) continue
    if ('value' in outcome)
      output.push({
        partition,
        key,
        timestamp,
        value: outcome.value,
        headers: eventHeaders(outcome.id, partition, offset),
      })
    else
      errors.push({
        partition,
        key,
        value,
        timestamp,
        headers: { ...headers, ...errorHeaders(outcome, partition, offset, timestamp) },
      })
  }
  const transaction = await (await producerOf(partition)).transaction()
  for (const [topic, messages] of [
    [env('OUTPUT_TOPIC'), output],
    [env('ERROR_TOPIC'), errors],
  ] as const) {
    // A batch of kafkajs's is never split, and Kafka limits it.
    for (let at = 0; at < messages.length; at += SENDS)
      await transaction.send({ topic, messages: messages.slice(at, at + SENDS) })
  }
  const offset = String(BigInt(batch.lastOffset()) + 1n)
  for (let attempt = 0; ; attempt++) {
    try {
      await transaction.sendOffsets({
        consumerGroupId: env('CONSUMER_GROUP'),
        topics: [{ topic: RAW, partitions: [{ partition, offset }] }],
      })
      break
    } catch (error) {
      if (attempt === 100) throw error
      await sleep(5)
    }
  }
  await transaction.commit()
  resolveOffset(batch.lastOffset())
  await heartbeat()
}

const eventHeaders = (id: string, partition: number, offset: string) => ({
  ce_specversion: '1.0',
  ce_id: id,
  ce_type: 'edx.tracking.event.v1',
  ce_source: `segment-to-edx/${RAW}`,
  'content-type': 'application/avro',
  'source-partition': String(partition),
  'source-offset': offset,
})

const errorHeaders = (
  { stage, reason, message }: { stage: string; reason: string; message: string },
  partition: number,
  offset: string,
  timestamp: string,
) => ({
  '__streams.errors.exception': reason,
  '__streams.errors.message': message,
  '__streams.errors.topic': RAW,
  '__streams.errors.partition': String(partition),
  '__streams.errors.offset': offset,
  'segedx.error.reason': reason,
  'segedx.error.stage': stage,
  'segedx.error.group': env('CONSUMER_GROUP'),
  'segedx.error.version': env('VERSION'),
  'segedx.error.replay-count': '0',
  'segedx.error.first-topic': RAW,
  'segedx.error.first-partition': String(partition),
  'segedx.error.first-offset': offset,
  'segedx.error.first-timestamp': timestamp,
})

const database = pgPromise({ noWarnings: true })(env('DATABASE_URL'))
for (const { id, username } of await database.any('SELECT id, username FROM auth_user'))
  users.set(Number(id), username)
await database.$pool.end()
const consumer = kafka.consumer({
  groupId: env('CONSUMER_GROUP'),
  maxWaitTimeInMs: 100,
  maxBytesPerPartition: 1_048_576,
})
await consumer.connect()
await consumer.subscribe({ topics: [RAW], fromBeginning: true })
process.once('SIGTERM', () => process.exit())
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  eachBatch,
})
