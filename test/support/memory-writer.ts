import type { RawRecord } from '#src/pipeline/shapes.ts'
import type { TopicWriter } from '#src/ports.ts'
import { memoryTopic } from './memory-topic.ts'

/** A topic in memory that can be written and read, and made to fail as one does that stores and does not answer. */
export function memoryLog(topic: string, partitions: number) {
  const records: RawRecord[] = []
  const failures: ('before' | 'after')[] = []
  const writer: TopicWriter = {
    partitionOf: (key, count) => (key?.[0] ?? 0) % count,
    async append(placed) {
      const failure = failures.shift()
      if (failure === 'before') throw new Error('not stored')
      const offsets = placed.map(record => {
        const offset = records.filter(({ partition }) => partition === record.partition).length
        const headers = Object.entries(record.headers).map(([name, value]) => [
          name,
          Buffer.from(String(value)),
        ])
        records.push({ ...record, topic, offset, headers: Object.fromEntries(headers) })
        return offset
      })
      if (failure === 'after') throw new Error('stored, and not answered')
      return offsets
    },
  }
  const reader = {
    ...memoryTopic(records),
    async spans() {
      return new Map(
        Array.from({ length: partitions }, (_, partition) => {
          return [partition, { from: 0, to: records.filter(one => one.partition === partition).length }]
        }),
      )
    },
  }
  return { records, failures, writer, reader }
}
