import './patch/index.ts'
import kafkajs, { type Admin } from 'kafkajs'

export interface TopicFacts {
  readonly partitions: number
  /** The broker that leads each partition; −1 where none does. */
  readonly leaders: readonly number[]
  readonly replicas: number
  readonly retentionMs: number
  readonly maxMessageBytes: number
  /** All settings by Kafka's names, its defaults included. */
  readonly configs: ReadonlyMap<string, string>
}

/** The topics that exist, by name. */
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
    resources: existing.map(name => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  })
  return new Map(
    topics.map(({ name, partitions }) => {
      const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []
      const configs = new Map(entries.map(({ configName, configValue }) => [configName, configValue]))
      const facts: TopicFacts = {
        partitions: partitions.length,
        leaders: partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader),
        replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        retentionMs: Number(configs.get('retention.ms')),
        maxMessageBytes: Number(configs.get('max.message.bytes')),
        configs,
      }
      return [name, facts]
    }),
  )
}
