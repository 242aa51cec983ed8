import { OutputRecord } from '../../pipeline/output-record.ts'
import {
  type Batch,
  type Common,
  compressAll,
  likelyBatchBytes,
  type Message,
  writeBatch,
} from './batch-writer.ts'
import { type Encoder, newEncoder, ownInsteadOf, replaceExport } from './internals.ts'
import { RecordWriter, type WrittenMessage } from './record-writer.ts'

/*
 * The produce request, version 3 (4 to 7 differ in their number only), written in one pass. What kafkajs does for it is
 * most of what it costs to write a record: see docs/performance.md.
 */

export interface Produce extends Omit<Common, 'now'> {
  readonly acks: number
  readonly timeout: number
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly Batch[] }[]
}

/** Of a partition, or a topic, in the request. */
const HEADS_BYTES = 256

export const produceV3 = (produce: Produce) => ({
  apiKey: 0,
  apiVersion: 3,
  apiName: 'Produce',
  expectResponse: () => produce.acks !== 0,
  encode: async () => encode(produce),
})

async function encode(produce: Produce): Promise<Encoder> {
  const { acks, timeout, transactionalId = null, topicData } = produce
  const common = { ...produce, now: Date.now() }
  const packed = await compressAll(
    topicData.flatMap(({ partitions }) => partitions),
    common,
  )
  const encoder = newEncoder().writeString(transactionalId).writeInt16(acks).writeInt32(timeout)
  encoder.writeInt32(topicData.length)
  const writer = new RecordWriter(encoder.offset + (packed ? bytesOf(packed) : likelyBytes(topicData)))
  writer.raw(encoder.buffer)
  let at = 0
  for (const { topic, partitions } of topicData) {
    writer.raw(newEncoder().writeString(topic).writeInt32(partitions.length).buffer)
    for (const batch of partitions) writeBatch(writer, batch, common, packed?.[at++])
  }
  encoder.buf = writer.buffer
  encoder.offset = writer.at
  return encoder
}

const bytesOf = (packed: readonly Buffer[]): number =>
  packed.reduce((sum, { length }) => sum + HEADS_BYTES + length, HEADS_BYTES)

const likelyBytes = (topicData: Produce['topicData']): number =>
  topicData.reduce(
    (sum, { partitions }) =>
      partitions.reduce((all, batch) => all + HEADS_BYTES + likelyBatchBytes(batch), sum + HEADS_BYTES),
    0,
  )

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

export const produceInOnePass = (): void =>
  replaceExport<typeof produceV3>(
    'protocol/requests/produce/v3/request',
    'protocol/requests/produce/v4/request',
    original => ownInsteadOf(produce => original(withMessages(produce)), produceV3),
  )
