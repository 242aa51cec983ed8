import {
  addVersion,
  type Decoder,
  internal,
  newDecoder,
  newEncoder,
  readTopics,
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

interface TxnOffsetCommit extends GroupMember {
  readonly transactionalId: string
  readonly groupId: string
  readonly producerId: unknown
  readonly producerEpoch: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly offset: string
      readonly metadata?: string
    }[]
  }[]
}

const TXN_OFFSET_COMMIT = { path: 'txnOffsetCommit', key: 28, version: 3 } as const
const NO_LEADER_EPOCH = -1

export const txnOffsetCommitV3 = (commit: TxnOffsetCommit) => ({
  request: {
    apiKey: TXN_OFFSET_COMMIT.key,
    apiVersion: TXN_OFFSET_COMMIT.version,
    apiName: 'TxnOffsetCommit',
    encode: async () => {
      const encoder = newEncoder()
      const endOfStruct = () => encoder.writeUVarInt(0)
      endOfStruct() // of the request's header
      encoder.writeUVarIntString(commit.transactionalId).writeUVarIntString(commit.groupId)
      encoder.writeInt64(commit.producerId).writeInt16(commit.producerEpoch)
      encoder.writeInt32(commit.generationId).writeUVarIntString(commit.memberId)
      encoder.writeUVarIntString(null) // group.instance.id: members are dynamic
      encoder.writeUVarInt(commit.topics.length + 1)
      for (const { topic, partitions } of commit.topics) {
        encoder.writeUVarIntString(topic).writeUVarInt(partitions.length + 1)
        for (const { partition, offset, metadata } of partitions) {
          encoder.writeInt32(partition).writeInt64(offset).writeInt32(NO_LEADER_EPOCH)
          encoder.writeUVarIntString(metadata ?? null)
          endOfStruct()
        }
        endOfStruct()
      }
      endOfStruct()
      return encoder
    },
  },
  response: {
    decode: async (raw: Buffer) => {
      const decoder = newDecoder(raw)
      decoder.readTaggedFields()
      const clientSideThrottleTime = decoder.readInt32()
      const topics = readTopics(decoder, readPartition)
      return { throttleTime: 0, clientSideThrottleTime, topics }
    },
    parse: async (data: { topics: ReturnType<typeof readTopics<ReturnType<typeof readPartition>>> }) => {
      for (const { partitions } of data.topics)
        for (const { errorCode } of partitions) throwIfFailed(errorCode)
      return data
    },
  },
})

const readPartition = (decoder: Decoder) => ({
  partition: decoder.readInt32(),
  errorCode: decoder.readInt16(),
})

/** By transactional id, the member whose batches are in the open transaction. */
const members = new Map<string, GroupMember>()

/** Has to be called before the offsets of a transaction are sent: with the batches' member, not the present one. */
export function setGroupMember(transactionalId: string, member: GroupMember): void {
  members.set(transactionalId, member)
}

export function addTxnOffsetCommitV3(): void {
  addVersion(TXN_OFFSET_COMMIT.path, TXN_OFFSET_COMMIT.version, txnOffsetCommitV3)
  const Broker = internal('broker')
  const apiKeys = internal('protocol/requests/apiKeys')
  const { requests } = internal('protocol/requests')
  const sendRequest = Object.getOwnPropertySymbols(Broker.prototype).find(symbol =>
    String(symbol).includes('sendRequest'),
  ) as symbol
  Broker.prototype.txnOffsetCommit = async function (commit: Omit<TxnOffsetCommit, keyof GroupMember>) {
    const member = members.get(commit.transactionalId)
    // Never without: -1 and '' would commit whatever happened to the group meanwhile.
    if (!member?.memberId || member.generationId < 0) {
      throw new Error(`No group member was set for the transaction of ${commit.transactionalId}`)
    }
    const protocol = this.lookupRequest(apiKeys.TxnOffsetCommit, requests.TxnOffsetCommit)
    const call = protocol({ ...commit, ...member })
    if (call.request.apiVersion < TXN_OFFSET_COMMIT.version) {
      throw new Error('The broker does not know TxnOffsetCommit v3: exactly once needs Kafka 2.5 or newer')
    }
    return this[sendRequest](call)
  }
}
