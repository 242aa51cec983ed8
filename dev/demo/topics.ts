import type { Admin, Kafka } from 'kafkajs'
import { createTopicReader } from '#src/kafka/topic-reader.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'

/** A whole topic as read_committed readers see it, up to the ends that it has now; each partition in its order. */
export async function readTopic(kafka: Kafka, topic: string): Promise<RawRecord[]> {
  const reader = createTopicReader(kafka)
  try {
    const spans = await reader.spans(topic)
    const records: RawRecord[] = []
    for await (const record of reader.read(topic, spans, new AbortController().signal)) records.push(record)
    return records
  } finally {
    await reader.close()
  }
}

/** How many partitions of a topic the group has not committed to their ends. */
export async function partitionsBehind(admin: Admin, groupId: string, topic: string): Promise<number> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const ends = await admin.fetchTopicOffsets(topic)
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, offset]))
  return ends.filter(({ partition, high }) => committed.get(partition) !== high).length
}
