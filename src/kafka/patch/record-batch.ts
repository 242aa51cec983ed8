import { type ReadHeaders, RecordReader } from '../../pipeline/binary/record-reader.ts'
import { answerOf } from './answer-memory.ts'
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

/** What is known of each record of a batch: numbers in one array, of which record `i` has those from `i * COLUMNS` on. */
const [OFFSET, TIME, ATTRIBUTES, KEY_START, KEY_END, VALUE_START, VALUE_END] = [0, 1, 2, 3, 4, 5, 6]
const COLUMNS = 7

/** The records of a batch. They live for a round, so that each is to be few objects: the collector copies them all. */
class Records {
  readonly numbers: Float64Array
  readonly context: Context
  readonly #answer: ReturnType<typeof answerOf>
  /** Null once they were given back. */
  #bytes: { readonly all: Buffer; readonly headers: readonly ReadHeaders[] } | null

  constructor(all: Buffer, numbers: Float64Array, headers: readonly ReadHeaders[], context: Context) {
    this.#bytes = { all, headers }
    this.numbers = numbers
    this.context = context
    this.#answer = answerOf(all)
    this.#answer?.hold()
  }

  get bytes() {
    if (this.#bytes === null) throw new Error('The bytes of this record were given back: a defect')
    return this.#bytes
  }

  giveBack(): void {
    if (this.#bytes) this.#answer?.giveBack()
    this.#bytes = null
  }
}

/** A record as kafkajs shows it; its offset and time are also there as the numbers that they are. */
export class FetchedMessage {
  readonly #records: Records
  readonly #at: number

  constructor(records: Records, at: number) {
    this.#records = records
    this.#at = at
  }

  /** Nobody looks at these any more, but for their numbers: their bytes may be written over. */
  static giveBack(messages: readonly unknown[]): void {
    let last: Records | null = null
    for (const message of messages) {
      if (!(message instanceof FetchedMessage) || message.#records === last) continue
      last = message.#records
      last.giveBack()
    }
  }

  get offsetNumber(): number {
    return this.#number(OFFSET)
  }

  get time(): number {
    return this.#number(TIME)
  }

  get attributes(): number {
    return this.#number(ATTRIBUTES)
  }

  get key(): Buffer | null {
    return this.#slice(KEY_START, KEY_END)
  }

  get value(): Buffer | null {
    return this.#slice(VALUE_START, VALUE_END)
  }

  get headers(): ReadHeaders {
    return this.#records.bytes.headers[this.#at] as ReadHeaders
  }

  get batchContext(): Context {
    return this.#records.context
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

  #number(column: number): number {
    return this.#records.numbers[this.#at * COLUMNS + column] as number
  }

  #slice(startColumn: number, endColumn: number): Buffer | null {
    const start = this.#number(startColumn)
    return start < 0 ? null : this.#records.bytes.all.subarray(start, this.#number(endColumn))
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
  const numbers = new Float64Array(count * COLUMNS)
  const headers = new Array<ReadHeaders>(count)
  const records = new Records(reader.buffer, numbers, headers, context)
  const messages = new Array<FetchedMessage>(count)
  for (let i = 0, to = 0; i < count; i++, to += COLUMNS) {
    const length = reader.varint()
    const behind = reader.at + length
    numbers[to + ATTRIBUTES] = reader.byte()
    const time = first.time + reader.varlong()
    numbers[to + TIME] = isLogTime ? maxTime : time
    numbers[to + OFFSET] = first.offset + reader.varint()
    numbers[to + KEY_START] = reader.skipBytes()
    numbers[to + KEY_END] = reader.at
    numbers[to + VALUE_START] = reader.skipBytes()
    numbers[to + VALUE_END] = reader.at
    headers[i] = reader.headers()
    messages[i] = new FetchedMessage(records, i)
    reader.at = behind
  }
  return { ...context, records: messages }
}

export const decodeBatchesInOnePass = (): void =>
  replaceExport<typeof decodeBatch>(
    'protocol/recordBatch/v0/decoder',
    'protocol/requests/fetch/v4/decodeMessages',
    original => ownInsteadOf(original, decodeBatch),
  )
