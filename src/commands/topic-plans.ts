import type { SettingsOf } from '../config.ts'
import { sentTopicOf } from '../errors/sent-log.ts'
import { describeCluster } from '../kafka/topic-changes.ts'
import { describeTopics } from '../kafka/topics.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import { planTopic, type TopicPlan, type TopicState, type TopicWish } from '../setup/topic-plan.ts'

type Admin = Parameters<typeof describeTopics>[0]
type Names = 'RAW_TOPIC' | 'OUTPUT_TOPIC' | 'ERROR_TOPIC' | 'TOPIC_PARTITIONS' | 'MAX_BODY_BYTES'
type Settings = Pick<
  SettingsOf<'setup'>,
  Names | Extract<keyof SettingsOf<'setup'>, `${string}_RETENTION_MS`>
>

/** Kafka's default: these records are small. */
const SENT_BYTES = 1_048_588

interface PlannedTopic {
  readonly plan: TopicPlan
  readonly found: TopicState | undefined
}

/** Every topic of the product as it stands, and what is to be done about it. */
export async function planTopics(admin: Admin, settings: Settings): Promise<PlannedTopic[]> {
  const wishes = wishesOf(settings)
  const cluster = await describeCluster(admin)
  const found = await describeTopics(
    admin,
    wishes.map(({ name }) => name),
  )
  return wishes.map(wish => {
    const state = found.get(wish.name)
    return { plan: planTopic(wish, state, cluster), found: state }
  })
}

function wishesOf(settings: Settings): TopicWish[] {
  const { RAW_TOPIC, OUTPUT_TOPIC, ERROR_TOPIC, TOPIC_PARTITIONS: partitions } = settings
  const sizes = topicSizes(settings.MAX_BODY_BYTES)
  const wish = (name: string, retentionMs: number, maxMessageBytes: number): TopicWish => ({
    name,
    partitions,
    retentionMs,
    maxMessageBytes,
  })
  const sent = wish(sentTopicOf(ERROR_TOPIC), settings.ERROR_RETENTION_MS, SENT_BYTES)
  return [
    wish(RAW_TOPIC, settings.RAW_RETENTION_MS, sizes.raw),
    wish(OUTPUT_TOPIC, settings.OUTPUT_RETENTION_MS, sizes.output),
    wish(ERROR_TOPIC, settings.ERROR_RETENTION_MS, sizes.errors),
    // One partition, which a run of `errors` reads as a whole; what it says is younger than the rejection it is of.
    { ...sent, partitions: 1, compacted: true },
  ]
}
