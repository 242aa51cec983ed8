import { internal } from './internals.ts'

/** kafkajs's own state of a membership: made anew at the end of every SyncGroup, with what was agreed there. */
export interface Membership {
  readonly generationId: number
  readonly memberId: string
  /** Partitions by topic. */
  readonly memberAssignment: Readonly<Record<string, readonly number[]>>
}

export interface ConsumerGroup {
  readonly groupId: string
  /** Null where kafkajs has lost its membership, and sends no heartbeats. */
  readonly memberId: string | null
  readonly offsetManager: Membership | null
}

type OutOfRange = (topic: string, partition: number) => void

const joined = new Map<string, ConsumerGroup>()
const outOfRange = new Map<string, OutOfRange>()

/** The group as its consumer in this process sees it; undefined before it first joined. */
export const consumerGroup = (groupId: string): ConsumerGroup | undefined => joined.get(groupId)

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
  const Group = internal('consumer/consumerGroup')
  const { joinAndSync } = Group.prototype
  Group.prototype.joinAndSync = function (this: ConsumerGroup) {
    joined.set(this.groupId, this)
    return joinAndSync.call(this)
  }
  const OffsetManager = internal('consumer/offsetManager')
  const { setDefaultOffset } = OffsetManager.prototype
  OffsetManager.prototype.setDefaultOffset = async function (
    this: { groupId: string },
    place: { topic: string; partition: number },
  ) {
    const tell = outOfRange.get(this.groupId)
    if (!tell) return setDefaultOffset.call(this, place)
    tell(place.topic, place.partition)
  }
}
