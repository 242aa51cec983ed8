import { internal } from './internals.ts'

/** kafkajs's own state of a membership: made anew at the end of every SyncGroup, with what was agreed there. */
export interface Membership {
  readonly generationId: number
  readonly memberId: string
  /** Partitions by topic. */
  readonly memberAssignment: Readonly<Record<string, readonly number[]>>
}

interface ConsumerGroup {
  readonly groupId: string
  /** Null once kafkajs has lost its membership: then it sends no heartbeats, and may not join again by itself. */
  readonly memberId: string | null
  readonly offsetManager: Membership | null
  /** Looked at for each fetch. */
  maxBytesPerPartition: number
}

type OutOfRange = (topic: string, partition: number) => void

const groups = new Map<string, ConsumerGroup>()
const outOfRange = new Map<string, OutOfRange>()

/** The membership of this process's consumer in a group; null before it has joined, and once that is lost. */
export function membershipOf(groupId: string): Membership | null {
  const group = groups.get(groupId)
  const membership = group?.offsetManager ?? null
  return membership?.memberId === group?.memberId ? membership : null
}

/** How much of each partition this process's consumer fetches at once, until it joins anew. */
export function setFetchBytes(groupId: string, bytesPerPartition: number): void {
  const group = groups.get(groupId)
  if (group) group.maxBytesPerPartition = bytesPerPartition
}

/** Tells of fetches beyond either end of a partition. */
export function onOffsetOutOfRange(groupId: string, tell: OutOfRange): void {
  outOfRange.set(groupId, tell)
}

/**
 * Two changes to kafkajs's consumer: its group can be looked at, since batches do not say of which generation
 * they are; and an offset out of range is told instead of being "reset", which kafkajs does by committing -1 or
 * -2 to the group even where committing is not its job.
 */
export function watchConsumerGroups(): void {
  const { prototype: group } = internal('consumer/consumerGroup')
  const { joinAndSync } = group
  group.joinAndSync = function (this: ConsumerGroup) {
    groups.set(this.groupId, this)
    return joinAndSync.call(this)
  }
  const { prototype: offsetManager } = internal('consumer/offsetManager')
  const { setDefaultOffset } = offsetManager
  offsetManager.setDefaultOffset = async function (
    this: { groupId: string },
    place: { topic: string; partition: number },
  ) {
    const tell = outOfRange.get(this.groupId)
    if (!tell) return setDefaultOffset.call(this, place)
    tell(place.topic, place.partition)
  }
}
