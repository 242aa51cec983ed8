import { readSettings } from '../config.ts'
import { createGroupPlace } from '../kafka/group-place.ts'
import { alterTopic, createTopic } from '../kafka/topic-changes.ts'
import { createRegistry } from '../schemas/registry.ts'
import { subjectOf, TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { setUpSchema } from '../setup/schema.ts'
import type { TopicPlan } from '../setup/topic-plan.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { requirePlace, setUpPlace } from './group-place.ts'
import { kafkaTools } from './kafka-tools.ts'
import { startLog } from './observing.ts'
import { createPatience } from './patience.ts'
import { registryConnection } from './registry-connection.ts'
import { JSON_OPTION, printReport, type Report, tableOf } from './report.ts'
import { planTopics } from './topic-plans.ts'

type Admin = Parameters<typeof planTopics>[0]
type Row = [what: string, state: string]

const REGISTRY_HINT = 'check that it runs, and SCHEMA_REGISTRY_URL'

export const command = defineCommand({
  options: {
    start: {
      value: 'WHERE',
      choices: ['earliest', 'latest'],
      help: 'where a group without offsets begins: with all that the raw topic holds, or with what comes',
    },
    wait: { value: 'SECONDS', default: '60', help: 'how long to wait for Kafka and the registry' },
    ...JSON_OPTION,
  },
  details: `Creates the topics with the sizes and retention of the settings, registers the schema, and commits the
group's starting offsets where it has none. A topic that is there is changed only where it is too little; what is
noted below the table only a person can change. Run it as often as you like, and again after a change of settings.`,
  examples: [
    ['setup --start earliest', 'prepares a cluster; processors will begin with the oldest raw record'],
    ['setup', 'the same where the group has offsets already: only mends what is missing'],
  ],
  async run({ options, env, signal }) {
    const waitMs = secondsOf(options.wait) * 1_000
    const settings = readSettings(env, 'setup')
    const log = startLog('setup', env, settings)
    const patiently = createPatience({ waitMs, log, signal })
    const atRegistry = <T>(work: () => Promise<T>) =>
      patiently({ name: 'The schema registry', hint: REGISTRY_HINT }, work)

    const { kafka, admin, atKafka } = kafkaTools(settings, { waitMs, log, signal })
    const place = createGroupPlace(kafka, admin, settings.CONSUMER_GROUP, settings.RAW_TOPIC)
    const registry = createRegistry(registryConnection(settings))
    const subject = subjectOf(settings.OUTPUT_TOPIC)
    const rows: Row[] = []
    const notes: string[] = []
    try {
      await atKafka(() => admin.connect())
      // Before anything is changed.
      if (!options.start) {
        await atKafka(async () => requirePlace(place, await admin.listTopics(), settings))
      }
      const plans = await atKafka(() => planTopics(admin, settings))
      for (const { plan } of plans) {
        await atKafka(() => carryOut(admin, plan))
        rows.push([`topic ${plan.name}`, plan.state])
        notes.push(...plan.notes)
      }
      const schema = await atRegistry(() => setUpSchema(registry, subject, TRACKING_EVENT_SCHEMA))
      rows.push([`schema ${subject}`, schema])
      const group = await atKafka(() => setUpPlace(place, options.start))
      rows.push([`group ${settings.CONSUMER_GROUP}`, group])
    } finally {
      if (rows.length > 0) printReport(reportOf(rows, notes), options)
      await admin.disconnect()
    }
    return EXIT.done
  },
})

function secondsOf(text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw new UsageError(`--wait is ${JSON.stringify(text)}: expected whole seconds`)
  return Number(text)
}

async function carryOut(admin: Admin, { name, create, alter }: TopicPlan): Promise<void> {
  if (create) await createTopic(admin, name, create)
  else if (alter.size > 0) await alterTopic(admin, name, alter)
}

const reportOf = (rows: readonly Row[], notes: readonly string[]): Report => ({
  facts: { done: rows.map(([what, state]) => ({ what, state })), notes },
  parts: [tableOf(['what', 'state'], rows), ...notes.map(note => `Note: ${note}`)],
})
