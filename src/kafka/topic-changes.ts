import './patch/index.ts'
import kafkajs, { type Admin } from 'kafkajs'

type Configs = ReadonlyMap<string, string>

const REQUEST_LIMIT = 'socket.request.max.bytes'
/** A `configSource` of DescribeConfigs: the setting was made on this very topic. */
const OF_THE_TOPIC = 1

/** How many brokers there are, and the largest request that one of them reads. */
export async function describeCluster(
  admin: Admin,
): Promise<{ brokers: number; requestBytes: number | undefined }> {
  const { brokers } = await admin.describeCluster()
  const name = String(brokers[0]?.nodeId)
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name, configNames: [REQUEST_LIMIT] }],
  })
  const limit = resources[0]?.configEntries.find(({ configName }) => configName === REQUEST_LIMIT)
  return { brokers: brokers.length, requestBytes: limit && Number(limit.configValue) }
}

/** Creates a topic; one that is there by now is left as it is. */
export async function createTopic(
  admin: Admin,
  topic: string,
  { partitions, replicas, configs }: { partitions: number; replicas: number; configs: Configs },
): Promise<void> {
  const configEntries = entriesOf(configs)
  const topics = [{ topic, numPartitions: partitions, replicationFactor: replicas, configEntries }]
  await admin.createTopics({ topics, waitForLeaders: true }).catch(error => {
    // The error of several topics does not say what is wrong; here there is one.
    throw new Error(`The topic ${topic} could not be created`, { cause: error.errors?.[0] ?? error })
  })
}

/** Sets settings of a topic beside those that it has: Kafka's older call, kafkajs's, drops all that it is not told. */
export async function alterTopic(admin: Admin, topic: string, alter: Configs): Promise<void> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
  const entries: { configName: string; configValue: string; configSource?: number }[] =
    resources[0]?.configEntries ?? []
  const set = entries.filter(({ configSource }) => configSource === OF_THE_TOPIC)
  const kept = new Map(set.map(({ configName, configValue }) => [configName, configValue]))
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ ...resource, configEntries: entriesOf(new Map([...kept, ...alter])) }],
  })
}

const entriesOf = (configs: Configs) => [...configs].map(([name, value]) => ({ name, value }))
