import type { Text } from '../shapes.ts'

const MOST_LONG_BYTES = 10
/** Below this length a string of ASCII is faster written here than by a call out of JavaScript. */
const SHORT_TEXT = 48
const ZERO = 0x30

/**
 * Writes what Avro's binary form and the records of Kafka's batches have in common: whole numbers in zigzag, seven bits a
 * byte, and bytes with their length before them.
 */
export class BinaryWriter {
  buffer: Buffer
  at = 0
  /** From where on what is written stays together, wherever it is moved to. */
  protected origin = 0

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes)
  }

  byte(value: number): void {
    this.room(1)
    this.buffer[this.at++] = value
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.buffer.set(bytes, this.at)
    this.at += bytes.length
  }

  long(value: bigint | number): void {
    this.room(MOST_LONG_BYTES)
    this.#putLong(value)
  }

  #putLong(value: bigint | number): void {
    const small = Number(value)
    if (!Number.isSafeInteger(2 * small)) {
      this.#hugeLong(BigInt(value))
      return
    }
    let left = small < 0 ? -2 * small - 1 : 2 * small
    while (left > 0x7fffffff) {
      this.buffer[this.at++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    while (left > 0x7f) {
      this.buffer[this.at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    this.buffer[this.at++] = left
  }

  text(value: Text): void {
    if (typeof value !== 'string') {
      const length = value.byteLength
      this.long(length)
      this.room(length)
      value.copyTo(this.buffer, this.at)
      this.at += length
      return
    }
    if (value.length < SHORT_TEXT && this.#shortAscii(value)) return
    const bytes = Buffer.byteLength(value)
    this.long(bytes)
    this.room(bytes)
    this.at += this.buffer.write(value, this.at)
  }

  /** Null is a length of −1, as Kafka has it. */
  bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.long(-1)
      return
    }
    this.long(value.length)
    this.raw(value)
  }

  /** A whole number from 0 on, as text. */
  digits(value: number): void {
    let count = 1
    for (let power = 10; power <= value; power *= 10) count++
    this.room(count + 1)
    this.buffer[this.at++] = count << 1
    this.at += count
    let left = value
    for (let at = this.at - 1; count > 0; count--) {
      this.buffer[at--] = ZERO + (left % 10)
      left = Math.floor(left / 10)
    }
  }

  /** Leaves room for the length of what comes next, which is of about so many bytes. Returns what `endSized` needs. */
  beginSized(likelyBytes: number): number {
    const room = longBytes(likelyBytes)
    this.room(room)
    this.at += room
    return this.at - this.origin
  }

  /** Writes the length of all that was written since before it. */
  endSized(begun: number, likelyBytes: number): void {
    const room = longBytes(likelyBytes)
    const length = this.at - this.origin - begun
    const needed = longBytes(length)
    if (needed > room) this.room(needed)
    const start = this.origin + begun
    if (needed !== room) this.buffer.copyWithin(start - room + needed, start, this.at)
    this.at = start - room
    this.#putLong(length) // in room that there is
    this.at += length
  }

  /** Makes sure that so many bytes can be written. */
  room(bytes: number): void {
    if (this.buffer.length - this.at < bytes) this.grow(bytes)
  }

  protected grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.at + bytes))
    larger.set(this.buffer.subarray(0, this.at))
    this.buffer = larger
  }

  #shortAscii(value: string): boolean {
    const { length } = value
    this.room(length + 1)
    const { buffer, at } = this
    for (let i = 0; i < length; i++) {
      const c = value.charCodeAt(i)
      if (c > 0x7f) return false
      buffer[at + 1 + i] = c
    }
    buffer[at] = length << 1
    this.at = at + 1 + length
    return true
  }

  #hugeLong(value: bigint): void {
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; left > 0x7fn; left >>= 7n) this.buffer[this.at++] = Number(left & 0x7fn) | 0x80
    this.buffer[this.at++] = Number(left)
  }
}

/** How many bytes a length takes. */
function longBytes(length: number): number {
  let bytes = 1
  for (let left = length * 2; left > 0x7f; left = Math.floor(left / 0x80)) bytes++
  return bytes
}
