import type { SettingsOf } from '../config.ts'
import { type Examination, type Finding, fault, ok } from '../doctor/finding.ts'
import { groupFindings } from '../doctor/group.ts'
import { ledgerFindings } from '../doctor/ledger.ts'
import { partitionFindings } from '../doctor/partitions.ts'
import { retentionFindings } from '../doctor/retention.ts'
import { topicFindings } from '../doctor/topics.ts'
import { writingFindings } from '../doctor/writing.ts'
import { sentTopicOf } from '../errors/sent-log.ts'
import { createGroupPlace } from '../kafka/group-place.ts'
import { mayWrite } from '../kafka/may-write.ts'
import { tryGroup, tryTransactionalId } from '../kafka/permissions.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import { describeTopics } from '../kafka/topics.ts'
import type { Log } from '../observe/log.ts'
import { strangeRejection } from '../processor/error-topic-group.ts'
import { decodeLedger } from '../processor/ledger.ts'
import { trafficExamination } from './examine-traffic.ts'
import { KAFKA_HINT, operatorsKafka } from './kafka-connection.ts'
import { planTopics } from './topic-plans.ts'

type Settings = SettingsOf<'doctor'>

const PERMIT = 'docs/security.md lists what each command has to be allowed'

/** What there is to look at in Kafka: nothing but itself where it cannot be reached. */
export async function kafkaExaminations(settings: Settings, log: Log, signal: AbortSignal) {
  const { RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC, CONSUMER_GROUP } = settings
  const kafka = operatorsKafka(settings, log)
  const admin = kafka.admin()
  const reader = createTopicReader(kafka)
  const close = async () => {
    await Promise.all([reader.close(), admin.disconnect()])
  }
  const failure = await admin.connect().catch((error: unknown) => error)
  const what = `kafka at ${settings.KAFKA_BROKERS.join(', ')}`
  const reached: Examination = {
    what,
    mend: KAFKA_HINT,
    async examine() {
      if (failure !== undefined) throw failure
      return [ok(what, `answers, and lets ${settings.KAFKA_SASL_USERNAME ?? 'this client'} in`)]
    },
  }
  if (failure !== undefined) return { examinations: [reached], close }

  const place = createGroupPlace(kafka, admin, CONSUMER_GROUP, RAW_TOPIC)
  const examinations: Examination[] = [
    reached,
    {
      what: 'topics',
      mend: PERMIT,
      examine: async () => topicFindings(await planTopics(admin, settings)),
    },
    {
      what: 'topics',
      mend: PERMIT,
      async examine() {
        const topics = await describeTopics(admin, [RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC])
        const raw = topics.get(RAW_TOPIC)
        if (!raw) return []
        const others = [...topics].filter(([name]) => name !== RAW_TOPIC)
        const of = (fact: 'partitions' | 'retentionMs') =>
          Object.fromEntries(others.map(([name, facts]) => [name, facts[fact]]))
        return [
          ...partitionFindings(raw.partitions, of('partitions')),
          ...retentionFindings(raw.retentionMs, of('retentionMs')),
        ]
      },
    },
    {
      what: `group ${CONSUMER_GROUP}`,
      mend: PERMIT,
      async examine() {
        if (!(await admin.listTopics()).includes(RAW_TOPIC)) return []
        const stable = await place.stable()
        const committed = new Map([...stable].map(([partition, at]) => [partition, at?.offset ?? null]))
        const ledgers = [...stable].flatMap(([partition, at]) =>
          at === null ? [] : [[partition, decodeLedger(at.metadata, at.offset)] as const],
        )
        const facts = { group: CONSUMER_GROUP, committed, members: await place.members() }
        return [
          ...groupFindings({ ...facts, bounds: await place.bounds() }),
          ...ledgerFindings(new Map(ledgers)),
        ]
      },
    },
    {
      what: 'error topic',
      mend: PERMIT,
      async examine() {
        if (!(await admin.listTopics()).includes(ERROR_TOPIC)) return []
        const strange = await strangeRejection(reader, ERROR_TOPIC, CONSUMER_GROUP, signal)
        if (!strange) return [ok('error topic', `nobody but ${CONSUMER_GROUP} writes to it`)]
        const says = `its newest records are of the group ${strange.group}: no processor of ${CONSUMER_GROUP} starts`
        return [fault('error topic', says, 'give each group topics of its own, as docs/replay.md says')]
      },
    },
    trafficExamination(settings, reader, PERMIT, signal),
    permission('group permission', 'may be joined', () => tryGroup(kafka, CONSUMER_GROUP, signal)),
    permission('transactional id permission', 'may be used', () =>
      tryTransactionalId(kafka, `${CONSUMER_GROUP}-${RAW_TOPIC}-doctor`, signal),
    ),
    {
      what: 'write permission',
      mend: PERMIT,
      async examine() {
        const sent = sentTopicOf(ERROR_TOPIC)
        const writers = {
          bridge: [RAW_TOPIC],
          process: [OUTPUT_TOPIC, ERROR_TOPIC],
          'errors replay': [RAW_TOPIC, sent],
        }
        const topics = [RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC, sent]
        return writingFindings(writers, await mayWrite(kafka, topics))
      },
    },
  ]
  return { examinations, close }
}

const permission = (what: string, granted: string, attempt: () => Promise<void>): Examination => ({
  what,
  mend: PERMIT,
  async examine(): Promise<Finding[]> {
    await attempt()
    return [ok(what, granted)]
  },
})
