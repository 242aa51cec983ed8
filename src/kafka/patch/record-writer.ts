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

/** Below this length a string of ASCII is faster written here than by a call out of JavaScript. */
const SHORT_TEXT = 48
const MOST_VARINT_BYTES = 5
const LIKELY_HEADERS_BYTES = 200

/** A header as it was written last: most say the same in record after record. Its bytes are kept once it does. */
interface Known {
  value: string
  bytes: Buffer | null
}
const MOST_KNOWN = 256

export class RecordWriter {
  buffer: Buffer
  at = 0
  readonly #known = new Map<string, Known>()

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes)
  }

  /** The record's length stands before it, and is known only behind it: room is left for as many bytes as are likely. */
  record(message: WrittenMessage, offsetDelta: number, timestampDelta: number): void {
    const start = this.at
    const likely = varintBytes((message.value?.length ?? 0) + LIKELY_HEADERS_BYTES)
    this.room(likely + 1)
    this.at = start + likely
    this.buffer[this.at++] = 0 // attributes
    this.varlong(timestampDelta)
    this.varint(offsetDelta)
    this.bytes(message.key)
    this.bytes(message.value)
    this.headers(message.headers)
    this.#lengthBefore(start, likely)
  }

  #lengthBefore(start: number, likely: number): void {
    const length = this.at - start - likely
    const needed = varintBytes(length)
    if (needed !== likely) {
      this.room(needed)
      this.buffer.copyWithin(start + needed, start + likely, this.at)
    }
    this.at = start
    this.varint(length)
    this.at = start + needed + length
  }

  headers(headers: WrittenMessage['headers'] = {}): void {
    let count = 0
    for (const name in headers) {
      const value = headers[name]
      count += Array.isArray(value) ? value.length : 1
    }
    this.varint(count)
    for (const name in headers) {
      const value = headers[name] as Bytes | readonly Bytes[]
      if (typeof value === 'string') this.#textHeader(name, value)
      else if (Array.isArray(value)) for (const one of value as readonly Bytes[]) this.#header(name, one)
      else this.#header(name, value as Bytes)
    }
  }

  #header(name: string, value: Bytes): void {
    this.bytes(name)
    this.bytes(value)
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

  /** With its length before it; null is a length of −1. */
  bytes(value: Bytes): void {
    if (value === null || value === undefined) this.varint(-1)
    else if (typeof value === 'string') this.#text(value)
    else {
      this.varint(value.length)
      this.raw(value)
    }
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.buffer.set(bytes, this.at)
    this.at += bytes.length
  }

  #text(text: string): void {
    const { length } = text
    if (length < SHORT_TEXT && this.#shortAscii(text)) return
    const bytes = Buffer.byteLength(text)
    this.varint(bytes)
    this.room(bytes)
    this.at += this.buffer.write(text, this.at)
  }

  #shortAscii(text: string): boolean {
    const { length } = text
    this.room(length + 1)
    const { buffer, at } = this
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i)
      if (c > 0x7f) return false
      buffer[at + 1 + i] = c
    }
    buffer[at] = length << 1
    this.at = at + 1 + length
    return true
  }

  /** Zigzag, seven bits a byte. */
  varint(value: number): void {
    this.room(MOST_VARINT_BYTES)
    let left = ((value << 1) ^ (value >> 31)) >>> 0
    while (left > 0x7f) {
      this.buffer[this.at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    this.buffer[this.at++] = left
  }

  /** The same of a number beyond 32 bits. */
  varlong(value: number): void {
    if (value === (value | 0)) {
      this.varint(value)
      return
    }
    this.room(2 * MOST_VARINT_BYTES)
    let left = value < 0 ? -2 * value - 1 : 2 * value
    while (left > 0x7f) {
      this.buffer[this.at++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    this.buffer[this.at++] = left
  }

  room(bytes: number): void {
    if (this.buffer.length - this.at >= bytes) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.at + bytes))
    larger.set(this.buffer.subarray(0, this.at))
    this.buffer = larger
  }
}

function varintBytes(length: number): number {
  let bytes = 1
  for (let left = length * 2; left > 0x7f; left = Math.floor(left / 0x80)) bytes++
  return bytes
}
