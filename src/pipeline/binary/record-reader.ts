/** By name; a list where a name is repeated. */
export type ReadHeaders = Readonly<Record<string, Buffer | Buffer[] | null>>
const NO_HEADERS: ReadHeaders = Object.freeze({})

/** Reads what a record consists of, from where it stands in a batch. */
export class RecordReader {
  readonly buffer: Buffer
  at: number
  /** The headers that were read last, and where they stand: most records of a topic carry the same. */
  #last: ReadHeaders = NO_HEADERS
  #lastStart = 0
  #lastEnd = 0

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer
    this.at = at
  }

  byte(): number {
    return ((this.buffer[this.at++] as number) << 24) >> 24
  }

  varint(): number {
    let byte = this.buffer[this.at++] as number
    let value = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = this.buffer[this.at++] as number
      value |= (byte & 0x7f) << shift
    }
    return (value >>> 1) ^ -(value & 1)
  }

  /** Exact up to 2^53. */
  varlong(): number {
    let byte = this.buffer[this.at++] as number
    let value = byte & 0x7f
    for (let scale = 0x80; byte > 0x7f; scale *= 0x80) {
      byte = this.buffer[this.at++] as number
      value += (byte & 0x7f) * scale
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** With their length before them; null where that is −1. */
  bytes(): Buffer | null {
    const start = this.skipBytes()
    return start < 0 ? null : this.buffer.subarray(start, this.at)
  }

  /** The same without a buffer for them: where they begin; −1: null. They end where the reader is then. */
  skipBytes(): number {
    const length = this.varint()
    if (length < 0) return -1
    this.at += length
    return this.at - length
  }

  /** Other records may show the same object. */
  headers(): ReadHeaders {
    const start = this.at
    if (this.#isLast(start)) {
      this.at = start + this.#lastEnd - this.#lastStart
      return this.#last
    }
    const count = this.varint()
    if (count <= 0) return NO_HEADERS
    const headers: Record<string, Buffer | Buffer[] | null> = {}
    for (let i = 0; i < count; i++) {
      const name = this.bytes()?.toString() ?? 'null'
      const value = this.bytes()
      const before = Object.hasOwn(headers, name) ? headers[name] : undefined
      const all = before === undefined ? value : [before, value].flat()
      // Not by assignment: a header may be named __proto__.
      Object.defineProperty(headers, name, {
        value: all,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    this.#last = Object.freeze(headers)
    this.#lastStart = start
    this.#lastEnd = this.at
    return headers
  }

  #isLast(start: number): boolean {
    const { buffer } = this
    const lastStart = this.#lastStart
    const length = this.#lastEnd - lastStart
    if (length === 0 || start + length > buffer.length) return false
    for (let i = 0; i < length; i++) if (buffer[start + i] !== buffer[lastStart + i]) return false
    return true
  }
}
