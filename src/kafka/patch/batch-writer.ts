import { crc32c } from '@node-rs/crc32'
import { OutputRecord } from '../../pipeline/output-record.ts'
import { internal } from './internals.ts'
import { likelyRecordBytes, RecordWriter, type WrittenMessage } from './record-writer.ts'

/* A partition's part of a produce request: one record batch of Kafka's format 2. */

export interface Message extends WrittenMessage {
  readonly timestamp?: string | number | null
}

export interface Batch {
  readonly partition: number
  readonly firstSequence?: number
  readonly messages: readonly (Message | OutputRecord)[]
}

/** What all batches of a request have in common. */
export interface Common {
  readonly transactionalId?: string | null
  readonly producerId?: unknown
  readonly producerEpoch?: number
  readonly compression?: number
  /** The time, in milliseconds, of messages that have none. */
  readonly now: number
}

const { lookupCodec, COMPRESSION_CODEC_MASK } = internal('protocol/message/compression')
const TRANSACTIONAL = 16
const MAGIC = 2

/** Where the fields of a batch stand in it. */
const AT = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
  records: 61,
} as const
const LENGTH_BYTES = 5

/** Batches that are compressed at once: Node.js has no more threads for it. */
const AT_ONCE = 4
/** Kept from one batch to the next: large allocations have V8 collect garbage more often. */
const spare: RecordWriter[] = []
const MOST_SPARE_BYTES = 2 << 20

export function likelyBatchBytes({ messages }: Batch): number {
  let bytes = 0
  for (const message of messages) bytes += LENGTH_BYTES + likelyRecordBytes(message)
  return bytes
}

/**
 * The records of each batch, compressed; null where they are not to be. All of them are under way at once: while this
 * thread translates it comes back only now and then, and whoever waited each time would wait for long.
 */
export async function compressAll(batches: readonly Batch[], common: Common): Promise<Buffer[] | null> {
  const codec = codecOf(common)
  if (codec === 0) return null
  const packed = new Array<Buffer>(batches.length)
  let next = 0
  const compressNext = async (): Promise<void> => {
    while (next < batches.length) {
      const at = next++
      packed[at] = await compress(batches[at] as Batch, codec, common.now)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, compressNext))
  return packed
}

const codecOf = ({ compression = 0 }: Common): number => compression & COMPRESSION_CODEC_MASK

async function compress(batch: Batch, codec: number, now: number): Promise<Buffer> {
  const records = spare.pop() ?? new RecordWriter(likelyBatchBytes(batch))
  records.at = 0
  writeRecords(records, batch, timesOf(batch, now).first, now)
  const packed = await lookupCodec(codec).compress({ buffer: records.buffer.subarray(0, records.at) })
  if (records.buffer.length <= MOST_SPARE_BYTES && spare.length < AT_ONCE) spare.push(records)
  return packed
}

/** `packed`: its records as `compressAll` has them. */
export function writeBatch(writer: RecordWriter, batch: Batch, common: Common, packed?: Buffer): void {
  const { partition, messages, firstSequence = 0 } = batch
  const { transactionalId, producerId = -1n, producerEpoch = 0, now } = common
  const { first, last } = timesOf(batch, now)
  writer.room(8 + AT.records)
  const before = writer.at
  const start = before + 8
  writer.at = start + AT.records
  if (packed) writer.raw(packed)
  else writeRecords(writer, batch, first, now)
  const { buffer, at } = writer
  buffer.writeInt32BE(partition, before)
  buffer.writeInt32BE(at - start, before + 4)
  buffer.writeBigInt64BE(0n, start) // the broker gives the offsets
  buffer.writeInt32BE(at - start - AT.leaderEpoch, start + AT.length)
  buffer.writeInt32BE(0, start + AT.leaderEpoch)
  buffer[start + AT.magic] = MAGIC
  buffer.writeInt16BE(codecOf(common) | (transactionalId ? TRANSACTIONAL : 0), start + AT.attributes)
  buffer.writeInt32BE(messages.length - 1, start + AT.lastOffsetDelta)
  buffer.writeBigInt64BE(BigInt(first), start + AT.firstTimestamp)
  buffer.writeBigInt64BE(BigInt(last), start + AT.maxTimestamp)
  buffer.writeBigInt64BE(BigInt(String(producerId)), start + AT.producerId)
  buffer.writeInt16BE(producerEpoch, start + AT.producerEpoch)
  buffer.writeInt32BE(firstSequence, start + AT.firstSequence)
  buffer.writeInt32BE(messages.length, start + AT.count)
  buffer.writeUInt32BE(crc32c(buffer.subarray(start + AT.attributes, at)), start + AT.checksum)
}

function writeRecords(writer: RecordWriter, { messages }: Batch, first: number, now: number): void {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Batch['messages'][number]
    writer.record(message, i, timeOf(message, now) - first)
  }
}

/** kafkajs takes the number 0, but not its text, for no time. */
const timeOf = (message: Message | OutputRecord, now: number): number =>
  message instanceof OutputRecord ? message.timestamp : Number(message.timestamp || now)

/** The first and the last; as numbers, where kafkajs takes them by their texts. */
function timesOf({ messages }: Batch, now: number): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const message of messages) {
    if (message.timestamp === null || message.timestamp === undefined) continue
    const time = Number(message.timestamp)
    if (time < first) first = time
    if (time > last) last = time
  }
  return first <= last ? { first, last } : { first: now, last: now }
}
