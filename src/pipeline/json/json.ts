import { JsonText, type Loose, type Text, Utf8Slice } from '../shapes.ts'
import { repeatedText } from './repeated-text.ts'
import { hasRepeats, withoutRepeats } from './repeats.ts'
import { type JsonDocument, KIND, STRIDE, scanJson, scanJsonBriefly } from './scan.ts'

/** Any number of so many is exact. */
const MOST_DIGITS = 15

/**
 * A value in a scanned document: what kind it is, what is under a key, and its text as the sender spelled it.
 * Nothing is decoded before it is asked for. Of a repeated key the last one counts, as in Python and JavaScript.
 */
export class Json {
  readonly document: JsonDocument
  readonly at: number

  constructor(document: JsonDocument, at: number) {
    this.document = document
    this.at = at
  }

  /** Null where the bytes are not JSON text in UTF-8. */
  static parse(bytes: Buffer): Json | null {
    return Json.#of(scanJson(bytes))
  }

  /** The same for a moment: until the next text is read so. Nothing is copied or allocated for it. */
  static parseBriefly(bytes: Buffer): Json | null {
    return Json.#of(scanJsonBriefly(bytes))
  }

  static #of(document: JsonDocument | null): Json | null {
    if (!document) return null
    // Once for all: a document that may repeat keys costs much more wherever it is read.
    document.mayRepeat &&= hasRepeats(document)
    return new Json(document, document.root)
  }

  get kind(): number {
    return this.document.tape[this.at] as number
  }

  get start(): number {
    return this.document.tape[this.at + 1] as number
  }

  get end(): number {
    return this.document.tape[this.at + 2] as number
  }

  get isObject(): boolean {
    return this.kind === KIND.object
  }

  get isArray(): boolean {
    return this.kind === KIND.array
  }

  get isString(): boolean {
    return this.kind === KIND.string || this.kind === KIND.escaped
  }

  /** Python's bool(): null, false, zero, and whatever is empty are falsy. */
  get isTruthy(): boolean {
    const { kind, start, end } = this
    if (kind === KIND.null || kind === KIND.false) return false
    if (kind === KIND.number) return (this.digits() ?? Number(this.source())) !== 0
    if (kind === KIND.object || kind === KIND.array) return this.hasMembers
    return kind === KIND.true || end - start > 2
  }

  get hasMembers(): boolean {
    return this.document.tape[this.at + 3] !== this.at + STRIDE
  }

  /** The value under `key` (ASCII) of an object; undefined where it has none. */
  get(key: string): Json | undefined {
    const { tape, mayRepeat } = this.document
    const behind = tape[this.at + 3] as number
    let found: Json | undefined
    for (let k = this.at + STRIDE; k < behind; k = tape[k + STRIDE + 3] as number) {
      if (!this.#keyIs(k, key)) continue
      found = new Json(this.document, k + STRIDE)
      if (!mayRepeat) return found
    }
    return found
  }

  /** The key and value of each member. A repeated key stands where it first did, with its last value. */
  members(): Iterable<[string, Json]> {
    const { bytes, tape, mayRepeat } = this.document
    const behind = tape[this.at + 3] as number
    const members: [string, Json][] = []
    for (let k = this.at + STRIDE; k < behind; k = tape[k + STRIDE + 3] as number) {
      const key =
        tape[k] === KIND.escaped
          ? new Json(this.document, k).string()
          : repeatedText(bytes, (tape[k + 1] as number) + 1, (tape[k + 2] as number) - 1)
      members.push([key, new Json(this.document, k + STRIDE)])
    }
    return mayRepeat ? new Map(members) : members
  }

  /** The elements of an array, in order. */
  *elements(): Generator<Json> {
    const { tape } = this.document
    const behind = tape[this.at + 3] as number
    for (let e = this.at + STRIDE; e < behind; e = tape[e + 3] as number) yield new Json(this.document, e)
  }

  /** A string's value; it may hold unpaired surrogates. */
  string(): string {
    return this.kind === KIND.escaped
      ? JSON.parse(this.source())
      : repeatedText(this.document.bytes, this.start + 1, this.end - 1)
  }

  /** The same, not copied where it is the sender's bytes. */
  chars(): Text {
    return this.kind === KIND.escaped
      ? this.string()
      : new Utf8Slice(this.document.bytes, this.start + 1, this.end - 1)
  }

  /** A string of printable ASCII without an escape, of so many characters at most; undefined where it is not. */
  printable(mostCharacters: number): Text | undefined {
    const { bytes } = this.document
    const { kind, start, end } = this
    if (kind !== KIND.string || end - start - 2 > mostCharacters || end - start === 2) return undefined
    for (let i = start + 1; i < end - 1; i++) {
      const c = bytes[i] as number
      if (c < 0x20 || c > 0x7e) return undefined
    }
    return new Utf8Slice(bytes, start + 1, end - 1)
  }

  /** The value of a number, or of a string, that is nothing but a few digits, as ids are; null where it is not. */
  digits(): number | null {
    const { bytes } = this.document
    const quote = this.kind === KIND.string ? 1 : 0
    const end = this.end - quote
    const start = this.start + quote
    if (end - start > MOST_DIGITS || end === start || (quote === 0 && this.kind !== KIND.number)) return null
    let value = 0
    for (let i = start; i < end; i++) {
      const digit = (bytes[i] as number) - 0x30
      if (digit < 0 || digit > 9) return null
      value = value * 10 + digit
    }
    return value
  }

  /** The value's JSON text as the sender spelled it, but for repeated keys: of those only the last stands. */
  text(): string {
    return this.document.mayRepeat ? withoutRepeats(this.document, this.at) : this.source()
  }

  /** The same, not copied where it is the sender's bytes. */
  utf8(): Text {
    return this.document.mayRepeat ? this.text() : new Utf8Slice(this.document.bytes, this.start, this.end)
  }

  /** The value's bytes, exactly as received. */
  slice(): Buffer {
    return this.document.bytes.subarray(this.start, this.end)
  }

  /** As a field of the tracking log that takes whatever the sender put there. */
  loose(): Loose {
    if (this.kind === KIND.null) return null
    if (!this.isString) return new JsonText(this.text())
    if (this.kind === KIND.string) return new Utf8Slice(this.document.bytes, this.start + 1, this.end - 1)
    const value = this.string()
    return value.isWellFormed() ? value : new JsonText(this.source())
  }

  protected source(): string {
    return this.document.bytes.toString('utf8', this.start, this.end)
  }

  #keyIs(k: number, key: string): boolean {
    const { bytes, tape } = this.document
    if (tape[k] === KIND.escaped) return new Json(this.document, k).string() === key
    const start = (tape[k + 1] as number) + 1
    if ((tape[k + 2] as number) - 1 - start !== key.length) return false
    for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key.charCodeAt(i)) return false
    return true
  }
}

/** What an absent object reads as. */
export const EMPTY_OBJECT = Json.parse(Buffer.from('{}')) as Json

/** What a JSON text of the pipeline's own says. */
export const jsonText = (text: string): Json => Json.parse(Buffer.from(text)) as Json

/** A text as a JSON string. */
export const jsonString = (text: string): Json => jsonText(JSON.stringify(text))

/** The JSON text of an object with these members. */
export function objectText(members: Iterable<readonly [string, Json]>): string {
  let text = ''
  for (const [key, value] of members)
    text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${value.text()}`
  return text === '' ? '{}' : `${text}}`
}

/** As a loose field; `absent` where there is none. */
export const looseOr = <A extends Loose | undefined>(field: Json | undefined, absent: A): Loose | A =>
  field ? field.loose() : absent
