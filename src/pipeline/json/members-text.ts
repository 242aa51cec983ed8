import { type Text, Utf8Slice } from '../shapes.ts'
import { type Json, objectText } from './json.ts'
import { KIND, STRIDE } from './scan.ts'

const [COMMA, OPEN, CLOSE] = [0x2c, 0x7b, 0x7d]

/** JSON text of an object with some members of another; not copied where their source is what has to be written. */
export function membersText(members: readonly (readonly [string, Json])[]): Text {
  const slices: Utf8Slice[] = []
  for (const [, value] of members) {
    const { bytes, tape, mayRepeat } = value.document
    const key = value.at - STRIDE
    // JSON.stringify would escape less than some senders do, and write no white space.
    const isAsWritten = tape[key] === KIND.string && tape[key + 2] === value.start - 1 && !mayRepeat
    if (!isAsWritten) return objectText(members)
    const start = tape[key + 1] as number
    const before = slices.at(-1)
    if (before?.end === start - 1 && bytes[before.end] === COMMA)
      slices[slices.length - 1] = new Utf8Slice(bytes, before.start, value.end)
    else slices.push(new Utf8Slice(bytes, start, value.end))
  }
  return new ObjectSlices(slices)
}

/** Members as they stand in a source, with an object's braces about them. */
class ObjectSlices {
  readonly #slices: readonly Utf8Slice[]
  readonly byteLength: number

  constructor(slices: readonly Utf8Slice[]) {
    this.#slices = slices
    // A comma before each but the first, and two braces.
    let length = 1 + Math.max(1, slices.length)
    for (const { byteLength } of slices) length += byteLength
    this.byteLength = length
  }

  copyTo(target: Buffer, start: number): void {
    let at = start
    target[at++] = OPEN
    for (const [i, slice] of this.#slices.entries()) {
      if (i > 0) target[at++] = COMMA
      slice.copyTo(target, at)
      at += slice.byteLength
    }
    target[at] = CLOSE
  }

  toString(): string {
    return `{${this.#slices.join(',')}}`
  }
}
