import { crc32c } from '@node-rs/crc32'
import { OutputRecord } from '../../pipeline/output-record.ts'
import { type Encoder, internal, newEncoder, ownInsteadOf, replaceExport } from './internals.ts'
import { likelyRecordBytes, RecordWriter, type WrittenMessage } from './record-writer.ts'

/*
 * The produce request, version 3 (4 to 7 differ in their number only), written in one pass. What kafkajs does for it is
 * most of what it costs to write a record: see docs/performance.md.
 */

interface Message extends WrittenMessage {
  readonly timestamp?: string | number | null
}

export interface Produce {
  readonly acks: number
  readonly timeout: number
  readonly transactionalId?: string | null
  readonly producerId?: unknown
  readonly producerEpoch?: number
  readonly compression?: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence?: number
      readonly messages: readonly (Message | OutputRecord)[]
    }[]
  }[]
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
/** Of a partition, or a topic, in the request. */
const HEADS_BYTES = 256
const LENGTH_BYTES = 5

export const produceV3 = (produce: Produce) => ({
  apiKey: 0,
  apiVersion: 3,
  apiName: 'Produce',
  expectResponse: () => produce.acks !== 0,
  encode: async () => encode(produce),
})

async function encode(produce: Produce): Promise<Encoder> {
  const { acks, timeout, transactionalId = null, topicData } = produce
  const encoder = newEncoder().writeString(transactionalId).writeInt16(acks).writeInt32(timeout)
  encoder.writeInt32(topicData.length)
  const writer = new RecordWriter(
    encoder.offset + topicData.reduce((sum, data) => sum + likelyBytes(data), 0),
  )
  writer.raw(encoder.buffer)
  for (const { topic, partitions } of topicData) {
    writer.raw(newEncoder().writeString(topic).writeInt32(partitions.length).buffer)
    for (const data of partitions) await writeBatch(writer, data, produce)
  }
  encoder.buf = writer.buffer
  encoder.offset = writer.at
  return encoder
}

const likelyBytes = ({ partitions }: Produce['topicData'][number]): number =>
  partitions.reduce((sum, { messages }) => sum + HEADS_BYTES + likelyOf(messages), HEADS_BYTES)

const likelyOf = (messages: Partition['messages']): number => {
  let bytes = 0
  for (const message of messages) bytes += LENGTH_BYTES + likelyRecordBytes(message)
  return bytes
}

type Partition = Produce['topicData'][number]['partitions'][number]

/** Kept from one batch to the next: large allocations have V8 collect garbage more often. */
const spare: RecordWriter[] = []
const MOST_SPARE = 2
const MOST_SPARE_BYTES = 2 << 20

async function writeBatch(writer: RecordWriter, data: Partition, produce: Produce): Promise<void> {
  const { partition, messages, firstSequence = 0 } = data
  const { compression = 0, transactionalId, producerId = -1n, producerEpoch = 0 } = produce
  const codec = compression & COMPRESSION_CODEC_MASK
  const now = Date.now()
  const [first, last] = timesOf(messages, now)
  writer.room(8 + AT.records)
  const before = writer.at
  const start = before + 8
  writer.at = start + AT.records
  if (codec === 0) writeRecords(writer, messages, first, now)
  else {
    const records = spare.pop() ?? new RecordWriter(likelyOf(messages))
    records.at = 0
    writeRecords(records, messages, first, now)
    writer.raw(await lookupCodec(codec).compress({ buffer: records.buffer.subarray(0, records.at) }))
    if (records.buffer.length <= MOST_SPARE_BYTES && spare.length < MOST_SPARE) spare.push(records)
  }
  const { buffer, at } = writer
  buffer.writeInt32BE(partition, before)
  buffer.writeInt32BE(at - start, before + 4)
  buffer.writeBigInt64BE(0n, start) // the broker gives the offsets
  buffer.writeInt32BE(at - start - AT.leaderEpoch, start + AT.length)
  buffer.writeInt32BE(0, start + AT.leaderEpoch)
  buffer[start + AT.magic] = MAGIC
  buffer.writeInt16BE(codec | (transactionalId ? TRANSACTIONAL : 0), start + AT.attributes)
  buffer.writeInt32BE(messages.length - 1, start + AT.lastOffsetDelta)
  buffer.writeBigInt64BE(BigInt(first), start + AT.firstTimestamp)
  buffer.writeBigInt64BE(BigInt(last), start + AT.maxTimestamp)
  buffer.writeBigInt64BE(BigInt(String(producerId)), start + AT.producerId)
  buffer.writeInt16BE(producerEpoch, start + AT.producerEpoch)
  buffer.writeInt32BE(firstSequence, start + AT.firstSequence)
  buffer.writeInt32BE(messages.length, start + AT.count)
  buffer.writeUInt32BE(crc32c(buffer.subarray(start + AT.attributes, at)), start + AT.checksum)
}

function writeRecords(
  writer: RecordWriter,
  messages: Partition['messages'],
  first: number,
  now: number,
): void {
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Partition['messages'][number]
    writer.record(message, i, timeOf(message, now) - first)
  }
}

/** kafkajs takes the number 0, but not its text, for no time. */
const timeOf = (message: Message | OutputRecord, now: number): number =>
  message instanceof OutputRecord ? message.timestamp : Number(message.timestamp || now)

/** As kafkajs itself can write it. */
const withMessages = (produce: Produce): Produce => ({
  ...produce,
  topicData: produce.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(data => ({ ...data, messages: data.messages.map(messageOf) })),
  })),
})

function messageOf(message: Message | OutputRecord): Message {
  if (!(message instanceof OutputRecord)) return message
  const { key, value, headers, timestamp } = message
  return { key, value, headers: headers as WrittenMessage['headers'], timestamp: String(timestamp) }
}

/** The first and the last; as numbers, where kafkajs takes them by their texts. */
function timesOf(messages: Partition['messages'], now: number): [number, number] {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const message of messages) {
    if (message.timestamp === null || message.timestamp === undefined) continue
    const time = Number(message.timestamp)
    if (time < first) first = time
    if (time > last) last = time
  }
  return first <= last ? [first, last] : [now, now]
}

export const produceInOnePass = (): void =>
  replaceExport<typeof produceV3>(
    'protocol/requests/produce/v3/request',
    'protocol/requests/produce/v4/request',
    original => ownInsteadOf(produce => original(withMessages(produce)), produceV3),
  )
