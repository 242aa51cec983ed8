import { type Decoder, newDecoder, newEncoder, readTopics, throwIfFailed } from './internals.ts'

/*
 * Two requests that kafkajs does not have (KIP-664, Kafka 3.0): what a coordinator says of a transactional id, and
 * what a partition's leader says of the transactions in it. The two can differ.
 */

const API = { describeProducers: 61, describeTransactions: 65 } as const
const NONE = '-1'

/** What both requests need of kafkajs's connection to a broker. */
export interface Asked {
  readonly versions: Readonly<Record<number, unknown>> | null
  readonly connectionPool: { send(protocol: object): Promise<unknown> }
}

/** The coordinator's state of a transactional id, as "Ongoing"; null: it does not know the id. */
export async function transactionState(coordinator: Asked, transactionalId: string): Promise<string | null> {
  const states = await ask(coordinator, 'describeTransactions', {
    encode: encoder => encoder.writeUVarInt(2).writeUVarIntString(transactionalId).writeUVarInt(0),
    decode: decoder => decoder.readUVarIntArray(readState) ?? [],
  })
  const [state] = states
  if (!state || state.errorCode === TRANSACTIONAL_ID_NOT_FOUND) return null
  throwIfFailed(state.errorCode)
  return state.state
}

/** Those of a leader's partitions in which this producer has a transaction open. */
export async function openTransactions(
  leader: Asked,
  topics: ReadonlyMap<string, readonly number[]>,
  producerId: string,
): Promise<{ topic: string; partitions: number[] }[]> {
  const answer = await ask(leader, 'describeProducers', {
    encode(encoder) {
      encoder.writeUVarInt(topics.size + 1)
      for (const [topic, partitions] of topics) {
        encoder.writeUVarIntString(topic).writeUVarInt(partitions.length + 1)
        for (const partition of partitions) encoder.writeInt32(partition)
        encoder.writeUVarInt(0)
      }
      return encoder.writeUVarInt(0)
    },
    decode: decoder => readTopics(decoder, readProducers),
  })
  return answer.flatMap(({ topic, partitions }) => {
    for (const { errorCode } of partitions) throwIfFailed(errorCode)
    const open = partitions.filter(({ producers }) =>
      producers.some(producer => producer.producerId === producerId && producer.openSince !== NONE),
    )
    return open.length > 0 ? [{ topic, partitions: open.map(({ partition }) => partition) }] : []
  })
}

const TRANSACTIONAL_ID_NOT_FOUND = 105

type Encoder = ReturnType<typeof newEncoder>

async function ask<T>(
  broker: Asked,
  api: keyof typeof API,
  { encode, decode }: { encode: (encoder: Encoder) => Encoder; decode: (decoder: Decoder) => T },
): Promise<T> {
  const apiKey = API[api]
  if (broker.versions && !(apiKey in broker.versions)) {
    throw new Error(`The broker does not know ${api}: exactly once needs Kafka 3.0 or newer`)
  }
  return (await broker.connectionPool.send({
    request: {
      apiKey,
      apiVersion: 0,
      apiName: api,
      // An empty list of tags ends the request's header.
      encode: async () => encode(newEncoder().writeUVarInt(0)),
    },
    response: {
      async decode(raw: Buffer) {
        const decoder = newDecoder(raw)
        decoder.readTaggedFields()
        decoder.readInt32() // how long the broker throttles
        return decode(decoder)
      },
      parse: async (data: T) => data,
    },
  })) as T
}

/** The one that was asked for; what comes behind these fields is not needed. */
function readState(decoder: Decoder) {
  const errorCode = decoder.readInt16()
  decoder.readUVarIntString() // the transactional id
  return { errorCode, state: decoder.readUVarIntString() }
}

function readProducers(decoder: Decoder) {
  const partition = decoder.readInt32()
  const errorCode = decoder.readInt16()
  decoder.readUVarIntString() // the error in words
  return { partition, errorCode, producers: decoder.readUVarIntArray(readProducer) ?? [] }
}

function readProducer(decoder: Decoder) {
  const producerId = decoder.readInt64().toString()
  decoder.readInt32() // its epoch
  decoder.readInt32() // its last sequence
  decoder.readInt64() // and time
  decoder.readInt32() // the coordinator's epoch
  const openSince = decoder.readInt64().toString()
  decoder.readTaggedFields()
  return { producerId, openSince }
}
