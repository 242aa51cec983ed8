import { recordBytes } from '../pipeline/record-bytes.ts'
import type { Lock, PlacedRecord, TopicReader, TopicWriter } from '../ports.ts'
import { ERROR_HEADER, type ErrorRecord } from './error-record.ts'
import { type Sent, type SentLog, sentRecord } from './sent-log.ts'

export interface ResendOptions {
  readonly rawTopic: string
  readonly reader: TopicReader
  readonly raw: TopicWriter
  readonly sent: TopicWriter
  readonly log: SentLog
  readonly lock: Lock
  /** Records a second at most. */
  readonly rate: number
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly onSent: (records: number) => void
  readonly signal: AbortSignal
}

/** One produce request, whose batches Kafka takes (1 MiB each by default); a larger record goes alone. */
const CHUNK_BYTES = 900_000
const CHUNK_RECORDS = 500

/**
 * Sends rejected records back to the raw topic, in order: of each chunk first the intents, then the records, then
 * the receipts. Between chunks it ends when it is told to. After an error it is open whether the chunk was sent,
 * and the next run settles that.
 */
export async function resend(errors: AsyncIterable<ErrorRecord>, options: ResendOptions): Promise<void> {
  const { rate, pause, signal } = options
  let pauseMs = 0
  for await (const chunk of chunksOf(errors, Math.min(CHUNK_RECORDS, rate))) {
    if (pauseMs > 0) await pause(pauseMs)
    signal.throwIfAborted()
    const startedAt = performance.now()
    await sendChunk(chunk, options)
    options.onSent(chunk.length)
    pauseMs = (chunk.length / rate) * 1_000 - (performance.now() - startedAt)
  }
}

async function sendChunk(
  chunk: readonly ErrorRecord[],
  { rawTopic, reader, raw, sent, log, lock, now }: ResendOptions,
): Promise<void> {
  lock.check()
  const ends = await reader.spans(rawTopic)
  const records = chunk.map(error => sentBack(error, raw.partitionOf(error.record.key, ends.size), now()))
  const note = async (state: Sent['state'], offsets: readonly number[]) => {
    const notes = chunk.map(({ identity }, i) => {
      const { partition } = records[i] as PlacedRecord
      return [identity, { state, partition, offset: offsets[i] as number }] as const
    })
    await sent.append(notes.map(([identity, each]) => sentRecord(identity, each, now())))
    for (const [identity, each] of notes) log.set(identity, each)
  }
  await note(
    'intent',
    records.map(({ partition }) => ends.get(partition)?.to ?? 0),
  )
  // Whoever has the lock after this process would read raw before this chunk is there.
  lock.check()
  await note('sent', await raw.append(records))
}

/** A rejected record as it goes back: its own bytes, key and headers, and where it has been. */
function sentBack({ record, replayCount }: ErrorRecord, partition: number, now: number): PlacedRecord {
  const kept = Object.entries(record.headers).filter(([name]) => !OF_THE_REJECTION.test(name))
  const headers = { ...Object.fromEntries(kept), [ERROR_HEADER('replay-count')]: String(replayCount + 1) }
  return { partition, key: record.key, value: record.value, timestamp: now, headers }
}

const OF_THE_REJECTION = /^(__streams\.errors\.|segedx\.error\.(?!first-))/

async function* chunksOf(
  errors: AsyncIterable<ErrorRecord>,
  most: number,
): AsyncGenerator<readonly ErrorRecord[]> {
  let chunk: ErrorRecord[] = []
  let bytes = 0
  for await (const error of errors) {
    const own = recordBytes(error.record)
    if (chunk.length > 0 && (chunk.length >= most || bytes + own > CHUNK_BYTES)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(error)
    bytes += own
  }
  if (chunk.length > 0) yield chunk
}
