import type { Admin, Kafka } from 'kafkajs'
import type { CommittedOffset } from '../ports.ts'
import { COORDINATOR, withCluster } from './coordinator.ts'

/** The group has members; its offsets are theirs. */
export class GroupInUseError extends Error {
  override readonly name = 'GroupInUseError'
}

/**
 * Commits offsets of a group that has no members, with their metadata, by a plain OffsetCommit: kafkajs's own
 * setOffsets joins the group for it, and skips silently what it is not assigned. Reads them back.
 */
export async function commitStartOffsets(
  kafka: Kafka,
  admin: Admin,
  groupId: string,
  topic: string,
  offsets: ReadonlyMap<number, CommittedOffset>,
): Promise<void> {
  const { groups } = await admin.describeGroups([groupId])
  const members = groups[0]?.members ?? []
  if (members.length > 0) {
    const who = members.map(({ clientId, clientHost }) => `${clientId} (${clientHost})`).join(', ')
    throw new GroupInUseError(`The group ${groupId} is in use by ${who}: stop the processors first`)
  }
  const commit = {
    groupId,
    groupGenerationId: -1,
    memberId: '',
    topics: [
      {
        topic,
        partitions: [...offsets].map(([partition, { offset, metadata }]) => ({
          partition,
          offset: String(offset),
          metadata,
        })),
      },
    ],
  }
  await withCluster(kafka, async cluster => {
    const coordinator = await cluster.findGroupCoordinator({ groupId, coordinatorType: COORDINATOR.group })
    await coordinator.offsetCommit(commit)
  })
  const [read] = await admin.fetchOffsets({ groupId, topics: [topic] })
  for (const [partition, { offset }] of offsets) {
    const found = read?.partitions.find(p => p.partition === partition)
    if (Number(found?.offset) !== offset) {
      throw new Error(
        `The offset of partition ${partition} was committed as ${offset} and read back as ${found?.offset}`,
      )
    }
  }
}
