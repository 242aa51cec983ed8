import type { RecordMetadata } from 'kafkajs'
import type { OutputRecord } from '../pipeline/output-record.ts'
import { RECORD_OVERHEAD_BYTES } from '../pipeline/record-bytes.ts'

/** Of one partition's records in one request, which are one batch; a topic may take less. */
const BATCH_BYTES = 1_900_000
/** Of one request; a single record may be larger. */
const REQUEST_BYTES = 16 * 1024 * 1024

type To = OutputRecord['to']
interface Topic {
  readonly name: string
  /** At least so many bytes of one batch, `max.message.bytes`, does it take. */
  readonly takesBytes: number
}
export type Topics = Readonly<Record<To, Topic>>

/** One produce request: by topic, and by partition, the records of one batch. */
export type ProduceRequest = ReadonlyMap<string, ReadonlyMap<number, readonly OutputRecord[]>>

/**
 * Splits records into produce requests. Each holds at most one batch of a partition, and a partition's records
 * keep their order if the requests are sent one after another.
 */
export function produceRequests(records: readonly OutputRecord[], topics: Topics): ProduceRequest[] {
  const requests: Request[] = []
  const lastOf = { output: [] as number[], errors: [] as number[] }
  for (const record of records) {
    const { to, partition } = record
    const bytes = record.end - record.start + RECORD_OVERHEAD_BYTES
    let at = lastOf[to][partition] ?? 0
    while (requests[at] && !fits(requests[at] as Request, record, bytes, topics[to])) at++
    lastOf[to][partition] = at
    requests[at] ??= { bytes: 0, batches: { output: new Map(), errors: new Map() } }
    const request = requests[at] as Request
    const batch = request.batches[to].get(partition) ?? { bytes: 0, records: [] }
    request.batches[to].set(partition, batch)
    request.bytes += bytes
    batch.bytes += bytes
    batch.records.push(record)
  }
  return requests.map(({ batches }) => {
    const used = (['output', 'errors'] as const).filter(to => batches[to].size > 0)
    return new Map(used.map(to => [topics[to].name, recordsOf(batches[to])]))
  })
}

interface Batch {
  bytes: number
  readonly records: OutputRecord[]
}

interface Request {
  bytes: number
  readonly batches: Readonly<Record<To, Map<number, Batch>>>
}

const recordsOf = (batches: ReadonlyMap<number, Batch>) =>
  new Map([...batches].map(([partition, { records }]) => [partition, records]))

function fits(
  { bytes: sum, batches }: Request,
  { to, partition }: OutputRecord,
  bytes: number,
  { takesBytes }: Topic,
): boolean {
  const batch = batches[to].get(partition)?.bytes ?? 0
  const fitsBatch = batch === 0 || batch + bytes <= Math.min(BATCH_BYTES, takesBytes)
  return fitsBatch && sum + bytes <= REQUEST_BYTES
}

/**
 * Throws unless each partition of a request was acknowledged, and once only. On several brokers kafkajs can
 * resolve without having sent a partition whose leader moved meanwhile, or after having sent it to both.
 */
export function throwUnlessAcknowledged(
  partitions: Iterable<readonly [topic: string, partitions: Iterable<number>]>,
  answer: readonly RecordMetadata[],
): void {
  const places = (topic: string, all: Iterable<number>) => [...all].map(partition => `${topic}-${partition}`)
  const sent = [...partitions].flatMap(([topic, all]) => places(topic, all))
  const acknowledged = answer.flatMap(({ topicName, partition, errorCode }) =>
    errorCode === 0 ? places(topicName, [partition]) : [],
  )
  if (sent.sort().join() !== acknowledged.sort().join()) {
    throw new Error(`Kafka acknowledged [${acknowledged}] of a request for [${sent}]`)
  }
}
