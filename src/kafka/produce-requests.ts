import type { IHeaders, Message, RecordMetadata, TopicMessages } from 'kafkajs'
import { mostRecordBytes } from '../pipeline/route.ts'
import type { OutputRecord } from '../pipeline/shapes.ts'

/** Of one partition's records in one request: kafkajs makes one batch of them, and Kafka limits a batch to 1 MiB by default. */
const BATCH_BYTES = 900_000
/** Of one request; a single record may be larger. */
const REQUEST_BYTES = 16 * 1024 * 1024

export type Topics = Readonly<Record<OutputRecord['to'], string>>

/**
 * Splits records into produce requests. Each holds at most one batch of a partition, and a partition's records
 * keep their order if the requests are sent one after another.
 */
export function produceRequests(records: readonly OutputRecord[], topics: Topics): TopicMessages[][] {
  const requests: Request[] = []
  const lastOf = { output: [] as number[], errors: [] as number[] }
  for (const record of records) {
    const { to, partition } = record
    const bytes = mostRecordBytes(record)
    let at = lastOf[to][partition] ?? 0
    while (requests[at] && !fits(requests[at] as Request, record, bytes)) at++
    lastOf[to][partition] = at
    requests[at] ??= {
      bytes: 0,
      batchBytes: { output: [], errors: [] },
      messages: { output: [], errors: [] },
    }
    const request = requests[at] as Request
    request.bytes += bytes
    request.batchBytes[to][partition] = (request.batchBytes[to][partition] ?? 0) + bytes
    request.messages[to].push(messageOf(record))
  }
  return requests.map(({ messages }) =>
    (['output', 'errors'] as const)
      .filter(to => messages[to].length > 0)
      .map(to => ({ topic: topics[to], messages: messages[to] })),
  )
}

interface Request {
  bytes: number
  /** By partition. */
  readonly batchBytes: Record<OutputRecord['to'], number[]>
  readonly messages: Record<OutputRecord['to'], Message[]>
}

function fits(request: Request, { to, partition }: OutputRecord, bytes: number): boolean {
  const batch = request.batchBytes[to][partition] ?? 0
  return (batch === 0 || batch + bytes <= BATCH_BYTES) && request.bytes + bytes <= REQUEST_BYTES
}

/** The partition is always named: kafkajs would choose another for a keyless record that it sends again. */
const messageOf = ({ partition, key, value, timestamp, headers }: OutputRecord): Message => ({
  partition,
  key,
  value,
  // As text, since kafkajs takes the number 0 for no timestamp.
  timestamp: String(timestamp),
  headers: headers as IHeaders,
})

/**
 * Throws unless each partition of a request was acknowledged, and once only. On several brokers kafkajs can
 * resolve without having sent a partition whose leader moved meanwhile, or after having sent it to both.
 */
export function throwUnlessAcknowledged(
  request: readonly TopicMessages[],
  answer: readonly RecordMetadata[],
): void {
  const places = (topic: string, partitions: Iterable<number | undefined>) =>
    [...partitions].map(partition => `${topic}-${partition}`)
  const sent = request.flatMap(({ topic, messages }) =>
    places(topic, new Set(messages.map(({ partition }) => partition))),
  )
  const acknowledged = answer.flatMap(({ topicName, partition, errorCode }) =>
    errorCode === 0 ? places(topicName, [partition]) : [],
  )
  if (sent.sort().join() !== acknowledged.sort().join()) {
    throw new Error(`Kafka acknowledged [${acknowledged}] of a request for [${sent}]`)
  }
}
