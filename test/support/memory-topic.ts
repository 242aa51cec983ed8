import type { RawRecord } from '#src/pipeline/shapes.ts'
import type { TopicReader } from '#src/ports.ts'

/** Records in memory, to be read as a topic. */
export function memoryTopic(records: readonly RawRecord[]): TopicReader {
  return {
    async spans(_, since = Number.NEGATIVE_INFINITY) {
      const partitions = [...new Set(records.map(({ partition }) => partition))]
      return new Map(
        partitions.map(partition => {
          const own = records.filter(record => record.partition === partition)
          const to = (own.at(-1)?.offset ?? -1) + 1
          return [partition, { from: own.find(({ timestamp }) => timestamp >= since)?.offset ?? to, to }]
        }),
      )
    },
    async *read(_, spans, signal) {
      for (const record of records) {
        signal.throwIfAborted()
        const span = spans.get(record.partition)
        if (span && record.offset >= span.from && record.offset < span.to) yield record
      }
    },
  }
}
