import { type Text, Utf8Slice } from '../shapes.ts'
import { type Json, objectText } from './json.ts'
import { repeatedText } from './repeated-text.ts'
import { KIND, STRIDE } from './scan.ts'

const [COMMA, OPEN, CLOSE] = [0x2c, 0x7b, 0x7d]

/**
 * JSON text of an object with the members of another but those of these names, and undefined where there are none; not
 * copied where its source is what has to be written.
 */
export function membersBut(object: Json, names: ReadonlySet<string>): Text | undefined {
  const { bytes, tape, mayRepeat } = object.document
  if (mayRepeat) return respelled(object, names)
  const slices: Utf8Slice[] = []
  let start = -1
  let end = -1
  const behind = tape[object.at + 3] as number
  for (let key = object.at + STRIDE; key < behind; key = tape[key + STRIDE + 3] as number) {
    const keyStart = tape[key + 1] as number
    const keyEnd = tape[key + 2] as number
    // JSON.stringify would escape less than some senders do, and write no white space.
    if (tape[key] !== KIND.string || tape[key + STRIDE + 1] !== keyEnd + 1) return respelled(object, names)
    if (names.has(repeatedText(bytes, keyStart + 1, keyEnd - 1))) continue
    if (end !== keyStart - 1 || bytes[end] !== COMMA) {
      if (end >= 0) slices.push(new Utf8Slice(bytes, start, end))
      start = keyStart
    }
    end = tape[key + STRIDE + 2] as number
  }
  if (end < 0) return undefined
  slices.push(new Utf8Slice(bytes, start, end))
  return new ObjectSlices(slices)
}

function respelled(object: Json, names: ReadonlySet<string>): string | undefined {
  const members = [...object.members()].filter(([key]) => !names.has(key))
  return members.length === 0 ? undefined : objectText(members)
}

/** Members as they stand in a source, with an object's braces about them. */
class ObjectSlices {
  readonly #slices: readonly Utf8Slice[]
  readonly byteLength: number

  constructor(slices: readonly Utf8Slice[]) {
    this.#slices = slices
    // A comma before each but the first, and two braces.
    let length = 1 + slices.length
    for (const { byteLength } of slices) length += byteLength
    this.byteLength = length
  }

  copyTo(target: Buffer, start: number): void {
    let at = start
    target[at++] = OPEN
    for (let i = 0; i < this.#slices.length; i++) {
      const slice = this.#slices[i] as Utf8Slice
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
