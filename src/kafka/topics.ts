import './patch/index.ts'
import kafkajs, { type Admin } from 'kafkajs'

export interface TopicPlan {
  readonly name: string
  readonly retentionMs: number
  readonly maxMessageBytes: number
}

export interface TopicFacts {
  readonly partitions: number
  readonly retentionMs: number
  readonly maxMessageBytes: number
}

const CONFIGS = ['retention.ms', 'max.message.bytes']

/** The topics that exist, by name, with what matters of their settings. */
export async function describeTopics(
  admin: Admin,
  names: readonly string[],
): Promise<Map<string, TopicFacts>> {
  const all = await admin.listTopics()
  const existing = names.filter(name => all.includes(name))
  if (existing.length === 0) return new Map()
  const { topics } = await admin.fetchTopicMetadata({ topics: [...existing] })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: existing.map(name => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: CONFIGS,
    })),
  })
  const config = (topic: string, key: string) =>
    Number(
      resources.find(r => r.resourceName === topic)?.configEntries.find(e => e.configName === key)
        ?.configValue,
    )
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      {
        partitions: partitions.length,
        retentionMs: config(name, 'retention.ms'),
        maxMessageBytes: config(name, 'max.message.bytes'),
      },
    ]),
  )
}

/** Creates a topic; on three brokers or more with three replicas, of which two must have a record. */
export async function createTopic(admin: Admin, plan: TopicPlan, partitions: number): Promise<void> {
  const { brokers } = await admin.describeCluster()
  const replicated = brokers.length >= 3
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic: plan.name,
        numPartitions: partitions,
        replicationFactor: replicated ? 3 : 1,
        configEntries: [
          { name: 'cleanup.policy', value: 'delete' },
          { name: 'retention.ms', value: String(plan.retentionMs) },
          { name: 'max.message.bytes', value: String(plan.maxMessageBytes) },
          { name: 'min.insync.replicas', value: replicated ? '2' : '1' },
        ],
      },
    ],
  })
}

/** -1 is for ever. */
const isShorter = (a: number, b: number) => a !== -1 && (b === -1 || a < b)

/** What is too little in a topic that exists. What somebody has raised beyond the plan stays. */
export function shortcomings(plan: TopicPlan, facts: TopicFacts): { name: string; value: string }[] {
  return [
    ...(isShorter(facts.retentionMs, plan.retentionMs)
      ? [{ name: 'retention.ms', value: String(plan.retentionMs) }]
      : []),
    ...(facts.maxMessageBytes < plan.maxMessageBytes
      ? [{ name: 'max.message.bytes', value: String(plan.maxMessageBytes) }]
      : []),
  ]
}

/** Sets configs of a topic beside those it has: Kafka's older call replaces all that were set. */
export async function raiseConfigs(
  admin: Admin,
  topic: string,
  raised: { name: string; value: string }[],
): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  })
  const set = (resources[0]?.configEntries ?? []).filter(
    // 1: set on this topic itself.
    entry =>
      (entry as { configSource?: number }).configSource === 1 &&
      !raised.some(r => r.name === entry.configName),
  )
  const kept = set.map(({ configName, configValue }) => ({ name: configName, value: configValue }))
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [...kept, ...raised] },
    ],
  })
}
