import type { Text, Utf8Slice } from './shapes.ts'

const FIRST_BYTES = 256 * 1024
const MOST_LONG_BYTES = 10
/** Below this length a string of ASCII is faster written here than by a call out of JavaScript. */
const SHORT_TEXT = 48

/** Writes values in Avro's binary form, into one allocation for many of them; what was taken is never written again. */
export class AvroWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #start = 0
  #at = 0

  /** What was written since the last time. */
  take(): Buffer {
    const taken = this.#buffer.subarray(this.#start, this.#at)
    this.#start = this.#at
    return taken
  }

  /** Gives up what was written since the last time. */
  drop(): void {
    this.#at = this.#start
  }

  raw(bytes: Buffer): void {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** The first branch of a union with null. */
  isNull(): void {
    this.#room(1)
    this.#buffer[this.#at++] = 0
  }

  /** The second, which is text. */
  notNull(value: Text): void {
    this.#room(1)
    this.#buffer[this.#at++] = 2
    this.text(value)
  }

  /** Zigzag, seven bits a byte. */
  long(value: bigint | number): void {
    const small = Number(value)
    if (!Number.isSafeInteger(2 * small)) {
      this.#hugeLong(BigInt(value))
      return
    }
    this.#room(MOST_LONG_BYTES)
    let left = small < 0 ? -2 * small - 1 : 2 * small
    while (left > 0x7fffffff) {
      this.#buffer[this.#at++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    while (left > 0x7f) {
      this.#buffer[this.#at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    this.#buffer[this.#at++] = left
  }

  text(value: Text): void {
    if (typeof value !== 'string') {
      this.#slice(value)
      return
    }
    if (value.length < SHORT_TEXT && this.#shortAscii(value)) return
    const bytes = Buffer.byteLength(value)
    this.long(bytes)
    this.#room(bytes)
    this.#at += this.#buffer.write(value, this.#at)
  }

  #slice({ bytes, start, end }: Utf8Slice): void {
    const length = end - start
    this.#room(length + MOST_LONG_BYTES)
    this.long(length)
    const buffer = this.#buffer
    const shift = this.#at - start
    this.#at += length
    if (length < SHORT_TEXT) for (let i = start; i < end; i++) buffer[i + shift] = bytes[i] as number
    else buffer.set(bytes.subarray(start, end), start + shift)
  }

  #shortAscii(value: string): boolean {
    const { length } = value
    this.#room(length + 1)
    const buffer = this.#buffer
    const at = this.#at
    for (let i = 0; i < length; i++) {
      const c = value.charCodeAt(i)
      if (c > 0x7f) return false
      buffer[at + 1 + i] = c
    }
    buffer[at] = length << 1
    this.#at = at + 1 + length
    return true
  }

  #hugeLong(value: bigint): void {
    this.#room(MOST_LONG_BYTES)
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; left > 0x7fn; left >>= 7n) this.#buffer[this.#at++] = Number(left & 0x7fn) | 0x80
    this.#buffer[this.#at++] = Number(left)
  }

  #room(bytes: number): void {
    if (this.#buffer.length - this.#at >= bytes) return
    const begun = this.#buffer.subarray(this.#start, this.#at)
    this.#buffer = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * (begun.length + bytes)))
    this.#buffer.set(begun)
    this.#start = 0
    this.#at = begun.length
  }
}
