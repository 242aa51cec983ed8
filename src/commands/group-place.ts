import type { SettingsOf } from '../config.ts'
import type { createKafka } from '../kafka/client.ts'
import { createGroupOffsets } from '../kafka/group-offsets.ts'
import { commitStartOffsets, GroupInUseError } from '../kafka/start-offsets.ts'
import { emptyLedger, encodeLedger } from '../processor/ledger.ts'
import { planStart, type Start } from '../setup/start-plan.ts'
import { UsageError } from './command.ts'

type Settings = Pick<SettingsOf<'setup'>, 'RAW_TOPIC' | 'CONSUMER_GROUP'>
type Kafka = ReturnType<typeof createKafka>
type Admin = ReturnType<Kafka['admin']>

/** Throws UsageError where the group has no offset on the raw topic, so that somebody has to say where it begins. */
export async function requirePlace(admin: Admin, { RAW_TOPIC, CONSUMER_GROUP }: Settings): Promise<void> {
  const isThere = (await admin.listTopics()).includes(RAW_TOPIC)
  const offsets = createGroupOffsets(admin, CONSUMER_GROUP, RAW_TOPIC)
  if (isThere && !planStart(await offsets.stable(), await offsets.bounds(), undefined).isNew) return
  throw new UsageError(
    `The group ${CONSUMER_GROUP} has no offsets on ${RAW_TOPIC}: say where it begins with --start earliest (all ` +
      'that the topic holds) or --start latest (only what comes)',
  )
}

/** Commits where the group begins on partitions that have no offset. Returns how it stands then, in a few words. */
export async function setUpPlace(
  kafka: Kafka,
  admin: Admin,
  { RAW_TOPIC: topic, CONSUMER_GROUP: group }: Settings,
  start: Start | undefined,
): Promise<string> {
  const source = createGroupOffsets(admin, group, topic)
  const { offsets, isNew } = planStart(await source.stable(), await source.bounds(), start)
  if (offsets.size === 0) return 'as it should be, has offsets on every partition'
  const begins = [...offsets].map(([partition, offset]) => {
    return [partition, { offset, metadata: encodeLedger(emptyLedger(offset)) }] as const
  })
  try {
    await commitStartOffsets(kafka, admin, group, topic, new Map(begins))
  } catch (error) {
    if (isNew || !(error instanceof GroupInUseError)) throw error
    return `as it should be, its processors begin ${offsets.size} new partitions at their oldest record`
  }
  return isNew
    ? `begins at the ${start} record, ${offsets.size} partitions`
    : `begins ${offsets.size} new partitions at their oldest record`
}
