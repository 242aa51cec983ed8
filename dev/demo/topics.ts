import type { Kafka } from 'kafkajs'
import type { Headers, RawRecord } from '#src/pipeline/shapes.ts'

/** Reads a whole topic as read_committed readers see it, up to the ends it has now. */
export async function readTopic(kafka: Kafka, topic: string, groupId: string): Promise<RawRecord[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(p => [p.partition, Number(p.high)]))
  const waiting = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  await admin.disconnect()
  const records: RawRecord[] = []
  if (waiting.size === 0) return records
  const consumer = kafka.consumer({ groupId, readUncommitted: false, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
    // A batch of nothing but transaction markers never reaches a handler: the end of a fetch tells, too.
    consumer.on('consumer.end_batch_process', ({ payload }) =>
      seen(payload.partition, Number(payload.lastOffset)),
    )
    const seen = (partition: number, offset: number) => {
      // The last offset of a transactional partition is a marker, which is no record.
      if (offset + 2 >= (ends.get(partition) ?? 0)) waiting.delete(partition)
      if (waiting.size === 0) resolve()
    }
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const { offset, timestamp, key, value, headers } of batch.messages) {
            const { partition } = batch
            records.push({
              topic,
              partition,
              offset: Number(offset),
              timestamp: Number(timestamp),
              key,
              value,
              headers: (headers ?? {}) as Headers,
            })
          }
          seen(batch.partition, Number(batch.lastOffset()))
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return records
}
