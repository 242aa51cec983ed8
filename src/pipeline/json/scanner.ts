import { WASM } from './scanner.wasm.ts'

/** What `wasm/json-scan.ts` exports; addresses and lengths in bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly firstFree: { readonly value: number }
  readonly padding: { readonly value: number }
  scan(from: number, to: number, tape: number, tapeEnd: number, base: number): number
  repeats(): number
}

/** Answers in the place of a length. */
export const NOT_JSON = -1
const TAPE_FULL = -2

const PAGE_BYTES = 1 << 16
const INTEGER_BYTES = 4
/** Of a text. */
const LIKELY_BYTES = 1 << 16
/** A tape takes about as much as its text; where it takes more, room is made for it. */
const FIRST_TAPE_BYTES = 1 << 18
/** Memory that a huge text made larger than this is given back when the next one is read. */
const KEPT_BYTES = 8 << 20

/** Part of every JavaScript engine, but of the types of browsers only. */
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
interface WebAssemblyApi {
  readonly Module: new (binary: Uint8Array) => object
  readonly Instance: new (compiled: object) => { readonly exports: unknown }
}

const compiled = new Module(Buffer.from(WASM, 'base64'))

/** The scanner with its memory: a text is copied in, and its tape is there until the next one. */
export class Scanner {
  #exports = newExports()
  #bytes = new Uint8Array(0)
  #tape = new Int32Array(0)
  #textBytes = 0

  constructor() {
    this.#layOut(LIKELY_BYTES, FIRST_TAPE_BYTES)
  }

  /** From the beginning of the last text's tape to the end of the memory. */
  get tape(): Int32Array {
    return this.#tape
  }

  /** How many integers the text's tape has, of which the first will have the index `base`; or NOT_JSON. */
  scan(text: Buffer, base: number): number {
    if (this.#exports.memory.buffer.byteLength > KEPT_BYTES) this.#shrink()
    if (text.length > this.#textBytes) this.#layOut(text.length, Math.max(2 * text.length, FIRST_TAPE_BYTES))
    for (;;) {
      const { memory, scan } = this.#exports
      const tapeAt = this.#tape.byteOffset
      const from = this.#bytes.byteOffset
      this.#bytes.set(text)
      const length = scan(from, from + text.length, tapeAt, memory.buffer.byteLength, base)
      if (length !== TAPE_FULL) return length
      this.#layOut(this.#textBytes, 2 * this.#tape.byteLength)
    }
  }

  /** Whether an object of the last text may have a repeated key. */
  get mayRepeat(): boolean {
    return this.#exports.repeats() !== 0
  }

  #shrink(): void {
    this.#exports = newExports()
    this.#layOut(LIKELY_BYTES, FIRST_TAPE_BYTES)
  }

  #layOut(textBytes: number, tapeBytes: number): void {
    const { memory, firstFree, padding } = this.#exports
    const from = firstFree.value
    const tapeAt = roundedUp(from + textBytes + padding.value, INTEGER_BYTES)
    const missing = tapeAt + tapeBytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
    this.#bytes = new Uint8Array(memory.buffer, from, textBytes)
    this.#tape = new Int32Array(memory.buffer, tapeAt)
    this.#textBytes = textBytes
  }
}

const newExports = () => new Instance(compiled).exports as Exports

const roundedUp = (value: number, to: number) => Math.ceil(value / to) * to
