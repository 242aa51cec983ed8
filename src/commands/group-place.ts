import type { SettingsOf } from '../config.ts'
import { GroupInUseError, type GroupPlace } from '../ports.ts'
import { emptyLedger, encodeLedger } from '../processor/ledger.ts'
import { planStart, type Start } from '../setup/start-plan.ts'
import { UsageError } from './command.ts'

type Settings = Pick<SettingsOf<'setup'>, 'RAW_TOPIC' | 'CONSUMER_GROUP'>

/** Throws UsageError where the group has no offset on the raw topic, so that somebody has to say where it begins. */
export async function requirePlace(
  place: GroupPlace,
  topics: readonly string[],
  { RAW_TOPIC, CONSUMER_GROUP }: Settings,
): Promise<void> {
  const isThere = topics.includes(RAW_TOPIC)
  if (isThere && !planStart(await place.stable(), await place.bounds(), undefined).isNew) return
  throw new UsageError(
    `The group ${CONSUMER_GROUP} has no offsets on ${RAW_TOPIC}: say where it begins with --start earliest (all ` +
      'that the topic holds) or --start latest (only what comes)',
  )
}

/** Commits where the group begins on partitions that have no offset. Returns how it stands then, in a few words. */
export async function setUpPlace(place: GroupPlace, start: Start | undefined): Promise<string> {
  const { offsets, isNew } = planStart(await place.stable(), await place.bounds(), start)
  if (offsets.size === 0) return 'as it should be, has offsets on every partition'
  const begins = [...offsets].map(([partition, offset]) => {
    return [partition, { offset, metadata: encodeLedger(emptyLedger(offset)) }] as const
  })
  try {
    await place.move(new Map(begins))
  } catch (error) {
    if (isNew || !(error instanceof GroupInUseError)) throw error
    return `as it should be, its processors begin ${offsets.size} new partitions at their oldest record`
  }
  return isNew
    ? `begins at the ${start} record, ${offsets.size} partitions`
    : `begins ${offsets.size} new partitions at their oldest record`
}
