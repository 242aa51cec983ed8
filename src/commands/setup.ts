import Table from 'cli-table3'
import { backOff } from '../back-off.ts'
import { readSettings, type SettingsOf } from '../config.ts'
import { createKafka } from '../kafka/client.ts'
import { createGroupOffsets } from '../kafka/group-offsets.ts'
import { commitStartOffsets } from '../kafka/start-offsets.ts'
import { createTopic, describeTopics, raiseConfigs, shortcomings, type TopicPlan } from '../kafka/topics.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import { emptyLedger, encodeLedger } from '../processor/ledger.ts'
import { createRegistry } from '../schemas/registry.ts'
import { TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { kafkaConnection } from './kafka-connection.ts'
import { startLog } from './observing.ts'

type Done = [what: string, state: string]

/** Leaders and coordinators that are only being chosen, as on a new cluster, are waited for. */
const ATTEMPTS = 12

export const command = defineCommand({
  options: {
    start: {
      value: 'WHERE',
      choices: ['earliest', 'latest'],
      help: 'where a group without offsets begins: with all that the raw topic holds, or with what comes',
    },
  },
  details: `Creates the three topics with the sizes and retention of the settings, registers the schema, and commits the
group's starting offsets where it has none. What is there already is kept, and only raised where it is too little;
run it as often as you like.`,
  examples: [
    ['setup --start earliest', 'prepares a cluster; processors will begin with the oldest raw record'],
    ['setup', 'the same where the group has offsets already: only mends what is missing'],
  ],
  async run({ options, env, signal }) {
    const settings = readSettings(env, 'setup')
    const log = startLog('setup', env, settings)
    const kafka = createKafka(kafkaConnection(settings), log)
    const admin = kafka.admin()
    const done: Done[] = []
    try {
      await admin.connect()
      for (const plan of topicPlans(settings)) {
        done.push(await eventually(() => setUpTopic(admin, plan, settings.TOPIC_PARTITIONS), signal))
      }
      done.push(await setUpSchema(settings))
      done.push(await eventually(() => setUpOffsets(kafka, admin, settings, options.start), signal))
    } finally {
      await admin.disconnect()
    }
    const table = new Table({ head: ['What', 'State'], style: { head: [], border: [] } })
    table.push(...done)
    process.stdout.write(`${table.toString()}\n`)
    return EXIT.done
  },
})

type SetupSettings = SettingsOf<'setup'>
type Admin = Parameters<typeof describeTopics>[0]

function topicPlans(settings: SetupSettings): TopicPlan[] {
  const sizes = topicSizes(settings.MAX_BODY_BYTES)
  return [
    { name: settings.RAW_TOPIC, retentionMs: settings.RAW_RETENTION_MS, maxMessageBytes: sizes.raw },
    { name: settings.OUTPUT_TOPIC, retentionMs: settings.OUTPUT_RETENTION_MS, maxMessageBytes: sizes.output },
    { name: settings.ERROR_TOPIC, retentionMs: settings.ERROR_RETENTION_MS, maxMessageBytes: sizes.errors },
  ]
}

async function setUpTopic(admin: Admin, plan: TopicPlan, partitions: number): Promise<Done> {
  const what = `topic ${plan.name}`
  const facts = (await describeTopics(admin, [plan.name])).get(plan.name)
  if (!facts) {
    await createTopic(admin, plan, partitions)
    return [what, `created, ${partitions} partitions`]
  }
  const raised = shortcomings(plan, facts)
  if (raised.length > 0) await raiseConfigs(admin, plan.name, raised)
  const changes = raised.map(({ name, value }) => `; ${name} raised to ${value}`).join('')
  const other =
    facts.partitions === partitions ? '' : `; TOPIC_PARTITIONS is ${partitions}, and it was not grown`
  return [what, `there already, ${facts.partitions} partitions${changes}${other}`]
}

async function setUpSchema(settings: SetupSettings): Promise<Done> {
  const registry = createRegistry({
    url: settings.SCHEMA_REGISTRY_URL,
    user: settings.SCHEMA_REGISTRY_USER,
    password: settings.SCHEMA_REGISTRY_PASSWORD,
  })
  const subject = `${settings.OUTPUT_TOPIC}-value`
  const id = await registry.register(subject, TRACKING_EVENT_SCHEMA)
  await registry.setCompatibility(subject, 'FULL_TRANSITIVE')
  return [`schema ${subject}`, `registered, id ${id}, FULL_TRANSITIVE`]
}

async function setUpOffsets(
  kafka: ReturnType<typeof createKafka>,
  admin: Admin,
  { RAW_TOPIC: topic, CONSUMER_GROUP: group }: SetupSettings,
  start: 'earliest' | 'latest' | undefined,
): Promise<Done> {
  const what = `group ${group}`
  const offsets = createGroupOffsets(admin, group, topic)
  const [stable, bounds] = [await offsets.stable(), await offsets.bounds()]
  const without = [...bounds].filter(([partition]) => stable.get(partition) === null)
  if (without.length === 0) return [what, 'has offsets on every partition already']
  const isNew = without.length === bounds.size
  if (isNew && !start) {
    throw new UsageError(
      `The group ${group} has no offsets on ${topic}: say where it begins with --start earliest (all that the topic holds) or --start latest (only what comes)`,
    )
  }
  // Partitions that were added to a topic in use are read from their beginning, whatever --start says.
  const at = isNew && start === 'latest' ? 'high' : 'low'
  const starts = without.map(([partition, ends]) => {
    const offset = ends[at]
    return [partition, { offset, metadata: encodeLedger(emptyLedger(offset)) }] as const
  })
  await commitStartOffsets(kafka, admin, group, topic, new Map(starts))
  return [
    what,
    `begins at the ${at === 'low' ? 'earliest' : 'latest'} record of ${without.length} partitions`,
  ]
}

async function eventually<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let failed = 0; ; failed++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isPassing(error) || failed === ATTEMPTS || signal.aborted) throw error
      await backOff(failed, signal)
    }
  }
}

/** kafkajs calls an error final, too, that it has only tried often enough by its own count. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  (('retriable' in error && error.retriable === true) || error.name === 'KafkaJSNumberOfRetriesExceeded')
