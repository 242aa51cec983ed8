import type avro from 'avsc'
import type { Utf8 } from './shapes.ts'

/*
 * Avro's binary form of the schema's own kinds of values: avsc works for any schema, and its way from a value to bytes
 * costs twice as much. How to write a type is decided once, from the schema; avsc reads it all again in the tests.
 */

type Write = (out: AvroWriter, value: never) => void

/** How to write values of a type. Throws where the type is none that this knows. */
export function writeOf(type: avro.Type): Write {
  const { typeName } = type
  if (typeName === 'string') return (out, value: Utf8) => out.text(value)
  if (typeName.endsWith('long')) return (out, value: bigint) => out.long(value)
  if (typeName === 'record') {
    const fields = (type as avro.types.RecordType).fields.map(({ name, type: of }) => ({
      name,
      write: writeOf(of),
    }))
    return (out, value: Record<string, never>) => {
      for (let i = 0; i < fields.length; i++) {
        const { name, write } = fields[i] as (typeof fields)[number]
        write(out, value[name] as never)
      }
    }
  }
  const branches = typeName === 'union:unwrapped' ? (type as avro.types.UnwrappedUnionType).types : []
  const [first, second] = branches
  if (branches.length === 2 && first?.typeName === 'null' && second) {
    const write = writeOf(second)
    return (out, value: never) => {
      // A field that the record does not have is one of another version's, and null by default.
      const isNull = value === null || value === undefined
      out.long(isNull ? 0 : 1)
      if (!isNull) write(out, value)
    }
  }
  throw new Error(`The schema has a ${typeName}, which src/pipeline/avro-writer.ts cannot write`)
}

const FIRST_BYTES = 256 * 1024
const MOST_LONG_BYTES = 10
/** Below this length a string of ASCII is faster written here than by a call out of JavaScript. */
const SHORT_TEXT = 48

/** Writes into one allocation for many small values; what was taken is never written again. */
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

  byte(value: number): void {
    this.#room(1)
    this.#buffer[this.#at++] = value
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

  text(value: Utf8): void {
    if (typeof value !== 'string') {
      this.long(value.length)
      this.#room(value.length)
      this.#buffer.set(value, this.#at)
      this.#at += value.length
      return
    }
    if (value.length < SHORT_TEXT && this.#shortAscii(value)) return
    const bytes = Buffer.byteLength(value)
    this.long(bytes)
    this.#room(bytes)
    this.#at += this.#buffer.write(value, this.#at)
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
