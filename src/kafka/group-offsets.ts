import type { Admin } from 'kafkajs'
import type { CommittedOffset, GroupOffsets } from '../ports.ts'

/** The group's offsets on one topic. With the OffsetFetch of `patch/`, only those that nobody can change any more. */
export const createGroupOffsets = (admin: Admin, groupId: string, topic: string): GroupOffsets => ({
  async stable() {
    const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] })
    const entries = (answer?.partitions ?? []).map(({ partition, offset, metadata }) => {
      const committed = Number(offset)
      const place: CommittedOffset | null =
        committed < 0 ? null : { offset: committed, metadata: metadata ?? '' }
      return [partition, place] as const
    })
    return new Map(entries)
  },

  async bounds() {
    const partitions = await admin.fetchTopicOffsets(topic)
    return new Map(
      partitions.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
    )
  },
})
