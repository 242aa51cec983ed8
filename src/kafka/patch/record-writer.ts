import { BinaryWriter } from '../../pipeline/binary/writer.ts'
import { OutputRecord } from '../../pipeline/output-record.ts'

/*
 * Records as a batch of Kafka's format 2 holds them, each byte written once into one growing buffer. kafkajs makes
 * an encoder with a buffer of its own for each record, each header and each array, and copies what is in them up to
 * five times.
 */

type Bytes = Buffer | string | null | undefined

export interface WrittenMessage {
  readonly key?: Bytes
  readonly value: Bytes
  readonly headers?: Readonly<Record<string, Bytes | readonly Bytes[]>> | undefined
}

const LIKELY_HEADERS_BYTES = 200
/** Attributes and deltas. */
const HEAD_BYTES = 12

/** A header as it was written last: most say the same in record after record. Its bytes are kept once it does. */
interface Known {
  value: string
  bytes: Buffer | null
}
const MOST_KNOWN = 256

export class RecordWriter extends BinaryWriter {
  readonly #known = new Map<string, Known>()

  record(message: WrittenMessage | OutputRecord, offsetDelta: number, timestampDelta: number): void {
    const likely = likelyRecordBytes(message)
    const start = this.beginSized(likely)
    this.byte(0) // attributes
    this.long(timestampDelta)
    this.long(offsetDelta)
    if (message instanceof OutputRecord) this.raw(message.chunk.bytes.subarray(message.start, message.end))
    else {
      this.#keyOrValue(message.key)
      this.#keyOrValue(message.value)
      this.headers(message.headers)
    }
    this.endSized(start, likely)
  }

  headers(headers: WrittenMessage['headers'] = {}): void {
    let count = 0
    for (const name in headers) {
      const value = headers[name]
      count += Array.isArray(value) ? value.length : 1
    }
    this.long(count)
    for (const name in headers) {
      const value = headers[name] as Bytes | readonly Bytes[]
      if (typeof value === 'string') this.#textHeader(name, value)
      else if (Array.isArray(value)) for (const one of value as readonly Bytes[]) this.#header(name, one)
      else this.#header(name, value as Bytes)
    }
  }

  #header(name: string, value: Bytes): void {
    this.text(name)
    this.#keyOrValue(value)
  }

  #textHeader(name: string, value: string): void {
    const known = this.#known.get(name)
    const isRepeated = known?.value === value
    if (isRepeated && known.bytes) {
      this.raw(known.bytes)
      return
    }
    const start = this.at
    this.#header(name, value)
    if (!known) {
      if (this.#known.size < MOST_KNOWN) this.#known.set(name, { value, bytes: null })
    } else {
      known.value = value
      known.bytes = isRepeated ? Buffer.from(this.buffer.subarray(start, this.at)) : null
    }
  }

  #keyOrValue(value: Bytes): void {
    if (typeof value === 'string') this.text(value)
    else this.bytes(value ?? null)
  }
}

/** How long a record is, about; to the byte where its bytes are known, but for its head. */
export const likelyRecordBytes = (message: WrittenMessage | OutputRecord): number =>
  message instanceof OutputRecord
    ? message.end - message.start + HEAD_BYTES
    : (message.value?.length ?? 0) + LIKELY_HEADERS_BYTES
