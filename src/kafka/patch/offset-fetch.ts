import {
  type Decoder,
  newDecoder,
  newEncoder,
  readTopics,
  requireVersion,
  throwIfFailed,
} from './internals.ts'

/*
 * OffsetFetch v7 with require_stable (KIP-447): an offset that an open transaction is about to change is not
 * told, so that nobody starts from one that is about to be history. kafkajs stops at v4. A partition held back
 * so is left out of the answer: an error would end the consumer's heartbeats, and with them its membership.
 */

const UNSTABLE_OFFSET_COMMIT = 88

interface OffsetFetch {
  readonly groupId: string
  readonly topics?: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number }[]
  }[]
}

export const offsetFetchV7 = ({ groupId, topics = [] }: OffsetFetch) => ({
  request: {
    apiKey: 9,
    apiVersion: 7,
    apiName: 'OffsetFetch',
    encode: async () => {
      const encoder = newEncoder()
      const endOfStruct = () => encoder.writeUVarInt(0)
      endOfStruct() // of the request's header
      encoder.writeUVarIntString(groupId)
      // No list at all asks for every partition of the group.
      encoder.writeUVarInt(topics.length === 0 ? 0 : topics.length + 1)
      for (const { topic, partitions } of topics) {
        encoder.writeUVarIntString(topic).writeUVarInt(partitions.length + 1)
        for (const { partition } of partitions) encoder.writeInt32(partition)
        endOfStruct()
      }
      encoder.writeBoolean(true)
      endOfStruct()
      return encoder
    },
  },
  response: {
    decode: async (raw: Buffer) => {
      const decoder = newDecoder(raw)
      decoder.readTaggedFields()
      const clientSideThrottleTime = decoder.readInt32()
      const responses = readTopics(decoder, readPartition)
      return { throttleTime: 0, clientSideThrottleTime, responses, errorCode: decoder.readInt16() }
    },
    parse: async (data: {
      errorCode: number
      responses: ReturnType<typeof readTopics<ReturnType<typeof readPartition>>>
    }) => {
      throwIfFailed(data.errorCode)
      for (const response of data.responses) {
        response.partitions = response.partitions.filter(p => p.errorCode !== UNSTABLE_OFFSET_COMMIT)
        for (const { errorCode } of response.partitions) throwIfFailed(errorCode)
      }
      return data
    },
  },
})

function readPartition(decoder: Decoder) {
  const partition = decoder.readInt32()
  const offset = decoder.readInt64().toString()
  decoder.readInt32() // the leader's epoch
  return { partition, offset, metadata: decoder.readUVarIntString(), errorCode: decoder.readInt16() }
}

export const addOffsetFetchV7 = (): void => requireVersion('offsetFetch', 7, offsetFetchV7)
