import { type ReadHeaders, RecordReader } from '../../pipeline/binary/record-reader.ts'
import { internal, ownInsteadOf, replaceExport } from './internals.ts'

/*
 * A fetched record batch, read in one pass: kafkajs makes a decoder for each record and each header, bigints for each
 * offset and time, and copies the headers once for each of them.
 */

/** kafkajs's decoder of an answer, at the beginning of a batch. */
interface Answer {
  readonly buffer: Buffer
  offset: number
}

interface Context {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly partitionLeaderEpoch: number
  readonly inTransaction: boolean
  readonly isControlBatch: boolean
  readonly lastOffsetDelta: number
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly maxTimestamp: string
  readonly timestampType: number
  readonly magicByte: number
}

/** A record as kafkajs shows it; its offset and time are also there as the numbers that they are. */
export class FetchedMessage {
  readonly offsetNumber: number
  readonly time: number
  readonly headers: ReadHeaders
  readonly attributes: number
  readonly batchContext: Context
  readonly #bytes: Buffer
  readonly #keyStart: number
  readonly #keyEnd: number
  readonly #valueStart: number
  readonly #valueEnd: number

  constructor(offset: number, time: number, attributes: number, reader: RecordReader, context: Context) {
    this.offsetNumber = offset
    this.time = time
    this.attributes = attributes
    this.#bytes = reader.buffer
    this.#keyStart = reader.skipBytes()
    this.#keyEnd = reader.at
    this.#valueStart = reader.skipBytes()
    this.#valueEnd = reader.at
    this.headers = reader.headers()
    this.batchContext = context
  }

  /** Made when it is asked for, since a buffer lives longer than it takes to read a record. */
  get key(): Buffer | null {
    return this.#keyStart < 0 ? null : this.#bytes.subarray(this.#keyStart, this.#keyEnd)
  }

  get value(): Buffer | null {
    return this.#valueStart < 0 ? null : this.#bytes.subarray(this.#valueStart, this.#valueEnd)
  }

  get offset(): string {
    return String(this.offsetNumber)
  }

  get timestamp(): string {
    return String(this.time)
  }

  get magicByte(): number {
    return this.batchContext.magicByte
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch
  }
}

const { KafkaJSPartialMessageError } = internal('errors')
const { lookupCodecByAttributes } = internal('protocol/message/compression')
const LOG_APPEND_TIME: number = internal('protocol/timestampTypes').LOG_APPEND_TIME
const CREATE_TIME: number = internal('protocol/timestampTypes').CREATE_TIME
const FLAG = { logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const
/** Of a batch's first offset and length. */
const HEAD_BYTES = 12
const RECORDS_AT = 61

export async function decodeBatch(answer: Answer): Promise<Context & { records: FetchedMessage[] }> {
  const { buffer, offset: start } = answer
  const end = start + HEAD_BYTES + buffer.readInt32BE(start + 8)
  answer.offset = end
  if (end > buffer.length) {
    throw new KafkaJSPartialMessageError(
      `The answer ends within a record batch, at ${buffer.length} of ${end}`,
    )
  }
  const attributes = buffer.readInt16BE(start + 21)
  const first = {
    offset: Number(buffer.readBigInt64BE(start)),
    time: Number(buffer.readBigInt64BE(start + 27)),
  }
  const maxTime = Number(buffer.readBigInt64BE(start + 35))
  const isLogTime = (attributes & FLAG.logAppendTime) !== 0
  const context: Context = {
    firstOffset: String(first.offset),
    firstTimestamp: String(first.time),
    partitionLeaderEpoch: buffer.readInt32BE(start + 12),
    inTransaction: (attributes & FLAG.transactional) !== 0,
    isControlBatch: (attributes & FLAG.control) !== 0,
    lastOffsetDelta: buffer.readInt32BE(start + 23),
    producerId: String(buffer.readBigInt64BE(start + 43)),
    producerEpoch: buffer.readInt16BE(start + 51),
    firstSequence: buffer.readInt32BE(start + 53),
    maxTimestamp: String(maxTime),
    timestampType: isLogTime ? LOG_APPEND_TIME : CREATE_TIME,
    magicByte: buffer.readInt8(start + 16),
  }
  const count = Math.max(0, buffer.readInt32BE(start + 57))
  const codec = count > 0 && lookupCodecByAttributes(attributes)
  const packed = buffer.subarray(start + RECORDS_AT, end)
  const reader = new RecordReader(codec ? await codec.decompress(packed) : packed)
  const records = new Array<FetchedMessage>(count)
  for (let i = 0; i < count; i++) {
    const length = reader.varint()
    const behind = reader.at + length
    const own = reader.byte()
    const time = first.time + reader.varlong()
    const offset = first.offset + reader.varint()
    records[i] = new FetchedMessage(offset, isLogTime ? maxTime : time, own, reader, context)
    reader.at = behind
  }
  return { ...context, records }
}

export const decodeBatchesInOnePass = (): void =>
  replaceExport<typeof decodeBatch>(
    'protocol/recordBatch/v0/decoder',
    'protocol/requests/fetch/v4/decodeMessages',
    original => ownInsteadOf(original, decodeBatch),
  )
