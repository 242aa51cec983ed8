import {
  type Decoder,
  newDecoder,
  newEncoder,
  readTopics,
  requireVersion,
  throwIfFailed,
} from './internals.ts'

/*
 * TxnOffsetCommit v3 (KIP-447): the offsets of a transaction say which member of which generation they are of,
 * and the group's coordinator refuses those of a member that is no longer one. kafkajs stops at v1, with which
 * a process that was paused can overwrite the offsets of its successor.
 */

/** The group's member for which a transaction commits offsets. */
export interface GroupMember {
  readonly generationId: number
  readonly memberId: string
}

/** The offsets of one commit, as kafkajs hands them on from `sendOffsets` to the request. */
export type TopicOffsets = readonly {
  readonly topic: string
  readonly partitions: readonly {
    readonly partition: number
    readonly offset: string
    readonly metadata: string
  }[]
}[]

interface TxnOffsetCommit {
  readonly transactionalId: string
  readonly groupId: string
  readonly producerId: unknown
  readonly producerEpoch: number
  readonly topics: TopicOffsets
}

const members = new WeakMap<TopicOffsets, GroupMember>()

/** Says for which member these very offsets are about to be sent. Without it they cannot be. */
export function offsetsOf<T extends TopicOffsets>(member: GroupMember, topics: T): T {
  members.set(topics, member)
  return topics
}

/** Never a default: -1 and '' would commit whatever has happened to the group meanwhile. */
function memberOf(topics: TopicOffsets): GroupMember {
  const member = members.get(topics)
  if (!member?.memberId || !(member.generationId >= 0)) {
    throw new Error('Offsets of a transaction were to be sent without a member of the group')
  }
  return member
}

const NO_LEADER_EPOCH = -1

export const txnOffsetCommitV3 = (commit: TxnOffsetCommit) => {
  const { generationId, memberId } = memberOf(commit.topics)
  return {
    request: {
      apiKey: 28,
      apiVersion: 3,
      apiName: 'TxnOffsetCommit',
      encode: async () => {
        const encoder = newEncoder()
        const endOfStruct = () => encoder.writeUVarInt(0)
        endOfStruct() // of the request's header
        encoder.writeUVarIntString(commit.transactionalId).writeUVarIntString(commit.groupId)
        encoder.writeInt64(commit.producerId).writeInt16(commit.producerEpoch)
        encoder.writeInt32(generationId).writeUVarIntString(memberId)
        encoder.writeUVarIntString(null) // group.instance.id: members are dynamic
        encoder.writeUVarInt(commit.topics.length + 1)
        for (const { topic, partitions } of commit.topics) {
          encoder.writeUVarIntString(topic).writeUVarInt(partitions.length + 1)
          for (const { partition, offset, metadata } of partitions) {
            encoder.writeInt32(partition).writeInt64(offset).writeInt32(NO_LEADER_EPOCH)
            encoder.writeUVarIntString(metadata)
            endOfStruct()
          }
          endOfStruct()
        }
        endOfStruct()
        return encoder
      },
    },
    response: { decode, parse },
  }
}

async function decode(raw: Buffer) {
  const decoder = newDecoder(raw)
  decoder.readTaggedFields()
  const clientSideThrottleTime = decoder.readInt32()
  const topics = readTopics(decoder, readPartition)
  return { throttleTime: 0, clientSideThrottleTime, topics }
}

const readPartition = (decoder: Decoder) => ({
  partition: decoder.readInt32(),
  errorCode: decoder.readInt16(),
})

async function parse(answer: Awaited<ReturnType<typeof decode>>) {
  for (const { partitions } of answer.topics) for (const { errorCode } of partitions) throwIfFailed(errorCode)
  return answer
}

export const addTxnOffsetCommitV3 = (): void => requireVersion('txnOffsetCommit', 3, txnOffsetCommitV3)
