import type { Admin, Kafka } from 'kafkajs'
import { type CommittedOffset, GroupInUseError, type GroupPlace } from '../ports.ts'
import { COORDINATOR, withCluster } from './coordinator.ts'
import { createGroupOffsets } from './group-offsets.ts'

/** A group's place on a topic, for tools that set it while the group has no members. */
export function createGroupPlace(kafka: Kafka, admin: Admin, groupId: string, topic: string): GroupPlace {
  const offsets = createGroupOffsets(admin, groupId, topic)
  return {
    ...offsets,

    async members() {
      const { groups } = await admin.describeGroups([groupId])
      const members = groups[0]?.members ?? []
      return members.map(({ clientId, clientHost }) => `${clientId} (${clientHost.replace(/^\//, '')})`)
    },

    async offsetsAt(timestampMs) {
      const found = await admin.fetchTopicOffsetsByTimestamp(topic, timestampMs)
      return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]))
    },

    /*
     * By a plain OffsetCommit, which brokers take for a group without members only: kafkajs's own setOffsets
     * joins the group for it, and skips silently what it is not assigned.
     */
    async move(places) {
      const members = await this.members()
      if (members.length > 0) throw new GroupInUseError(groupId, members)
      await withCluster(kafka, async cluster => {
        const of = { groupId, coordinatorType: COORDINATOR.group }
        const coordinator = await cluster.findGroupCoordinator(of)
        await coordinator.offsetCommit(commitOf(groupId, topic, places))
      })
      throwUnlessThere(places, await offsets.stable())
    },
  }
}

const commitOf = (groupId: string, topic: string, places: ReadonlyMap<number, CommittedOffset>) => ({
  groupId,
  groupGenerationId: -1,
  memberId: '',
  topics: [
    {
      topic,
      partitions: [...places].map(([partition, { offset, metadata }]) => ({
        partition,
        offset: String(offset),
        metadata,
      })),
    },
  ],
})

function throwUnlessThere(
  places: ReadonlyMap<number, CommittedOffset>,
  read: ReadonlyMap<number, CommittedOffset | null>,
): void {
  for (const [partition, { offset }] of places) {
    const found = read.get(partition)?.offset
    if (found === offset) continue
    throw new Error(
      `The offset of partition ${partition} was committed as ${offset} and read back as ${found}`,
    )
  }
}
