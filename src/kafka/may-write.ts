import { type Cluster, withCluster } from './coordinator.ts'
import { newDecoder, newEncoder, throwIfFailed } from './patch/internals.ts'
import type { Asked } from './patch/transaction-states.ts'

/*
 * Metadata v9 (KIP-430): of topics a broker also says what this user may do with them. kafkajs stops at v6, and to
 * find out by writing would leave a record behind.
 */

type Kafka = Parameters<typeof withCluster>[0]
type Decoder = ReturnType<typeof newDecoder> & { readBoolean(): boolean }

interface AnyCluster extends Cluster {
  refreshMetadata(): Promise<void>
  findControllerBroker(): Promise<Asked>
}

const METADATA = { apiKey: 3, apiVersion: 9, apiName: 'Metadata' } as const
/** Of the bits of the answer, by Kafka's number of the operation. */
const WRITE = 1 << 4

/** Of the topics that this user can see, whether it may write to them. */
export function mayWrite(kafka: Kafka, topics: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  return withCluster<ReadonlyMap<string, boolean>, AnyCluster>(kafka, async cluster => {
    await cluster.refreshMetadata()
    const broker = await cluster.findControllerBroker()
    const described = await broker.connectionPool.send({
      request: { ...METADATA, encode: async () => encode(topics) },
      response: { decode: async (raw: Buffer) => decode(newDecoder(raw) as Decoder), parse },
    })
    const seen = (described as readonly TopicFacts[]).filter(({ errorCode }) => errorCode === 0)
    return new Map(seen.map(({ topic, operations }) => [topic, (operations & WRITE) !== 0]))
  })
}

function encode(topics: readonly string[]) {
  const encoder = newEncoder()
  const endOfStruct = () => encoder.writeUVarInt(0)
  endOfStruct() // of the request's header
  encoder.writeUVarInt(topics.length + 1)
  for (const topic of topics) {
    encoder.writeUVarIntString(topic)
    endOfStruct()
  }
  encoder.writeBoolean(false) // topics are not created for it
  encoder.writeBoolean(false) // nor is it asked what the user may do with the cluster
  encoder.writeBoolean(true) // but with the topics
  endOfStruct()
  return encoder
}

type TopicFacts = ReturnType<typeof readTopic>

/** What comes behind the topics is not needed. */
function decode(decoder: Decoder): TopicFacts[] {
  decoder.readTaggedFields()
  decoder.readInt32() // how long the broker throttles
  decoder.readUVarIntArray(skipBroker)
  decoder.readUVarIntString() // the cluster
  decoder.readInt32() // its controller
  return decoder.readUVarIntArray(each => readTopic(each as Decoder)) ?? []
}

const parse = async (topics: readonly TopicFacts[]) => {
  for (const { errorCode } of topics) if (!INVISIBLE.includes(errorCode)) throwIfFailed(errorCode)
  return topics
}
/** UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED */
const INVISIBLE = [3, 29]

function skipBroker(decoder: ReturnType<typeof newDecoder>) {
  decoder.readInt32() // its id
  decoder.readUVarIntString() // host
  decoder.readInt32() // port
  decoder.readUVarIntString() // rack
  decoder.readTaggedFields()
}

function readTopic(decoder: Decoder) {
  const errorCode = decoder.readInt16()
  const topic = decoder.readUVarIntString()
  decoder.readBoolean() // whether it is Kafka's own
  decoder.readUVarIntArray(skipPartition)
  const operations = decoder.readInt32()
  decoder.readTaggedFields()
  return { errorCode, topic, operations }
}

function skipPartition(decoder: ReturnType<typeof newDecoder>) {
  decoder.readInt16() // what is wrong with it
  for (let i = 0; i < 3; i++) decoder.readInt32() // its number, its leader, and since when that leads
  for (let i = 0; i < 3; i++) decoder.readUVarIntArray(each => each.readInt32()) // replicas: all, in sync, away
  decoder.readTaggedFields()
}
