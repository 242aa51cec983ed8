import { isUtf8 } from 'node:buffer'
import { NOT_JSON, Scanner } from './scanner.ts'

/*
 * A strict JSON scanner over bytes: one pass, no recursion, no objects. It accepts and rejects exactly what
 * JSON.parse does with the same bytes read as UTF-8, and leaves a tape: four integers for each value and
 * each key, in document order:
 *
 *   [kind, start, end, next]   start and end are byte offsets (of a string with its quotes);
 *                              next is the tape index behind the value and all that is in it.
 *
 * Why not JSON.parse: a tracking event carries the sender's own spelling of numbers and escapes, which an
 * object tree has lost (1.0, 30-digit integers, repeated keys), and building the tree is most of the cost.
 * The scanning itself is in WebAssembly (`wasm/json-scan.ts`), which looks at 16 bytes at once.
 */

/** Kinds of tape entries; an `escaped` string holds at least one backslash. */
export const KIND = {
  object: 1,
  array: 2,
  string: 3,
  escaped: 4,
  number: 5,
  true: 6,
  false: 7,
  null: 8,
} as const

export interface JsonDocument {
  readonly bytes: Buffer
  /** The scanner's own, or shared with the documents that were read before and after it. */
  readonly tape: Int32Array
  /** The index of the document's own value. */
  readonly root: number
  /** False: no object has a repeated key. True: one may have; only an exact look can tell. */
  mayRepeat: boolean
}

export const STRIDE = 4

/** One allocation holds the tapes of some hundred events: one each would cost as much as half a scan. */
const TAPE_LENGTH = 1 << 18
/** Enough for most. */
const LIKELY_LENGTH = 1 << 12

const scanner = new Scanner()
let tape = new Int32Array(TAPE_LENGTH)
let free = 0

/** Of its own, since texts that stay are read between. */
const briefScanner = new Scanner()
let lent: { tape: Int32Array | null } = { tape: null }

/** Reads one JSON text that fills `source` but for white space. Null: it is not JSON, or not UTF-8. */
export function scanJson(source: Buffer): JsonDocument | null {
  if (!isUtf8(source)) return null
  if (tape.length - free < LIKELY_LENGTH) takeTape(TAPE_LENGTH)
  let length = scanner.scan(source, free)
  if (length > tape.length - free) {
    takeTape(Math.max(TAPE_LENGTH, length))
    length = scanner.scan(source, free)
  }
  if (length === NOT_JSON) return null
  const { mayRepeat } = scanner
  const root = free
  tape.set(scanner.tape.subarray(0, length), root)
  free += length
  return { bytes: source, tape, root, mayRepeat }
}

/** The same, but what it returns holds only until the next text is read so, and throws when it is used later. */
export function scanJsonBriefly(source: Buffer): JsonDocument | null {
  lent.tape = null
  if (!isUtf8(source) || briefScanner.scan(source, 0) === NOT_JSON) return null
  const { tape: own, mayRepeat } = briefScanner
  const document = { bytes: source, tape: own, root: 0, mayRepeat }
  lent = document
  return document
}

function takeTape(length: number): void {
  tape = new Int32Array(length)
  free = 0
}
