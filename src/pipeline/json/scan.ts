import { isUtf8 } from 'node:buffer'

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
  readonly tape: Int32Array
  /** False: no object has a repeated key. True: one may have; only an exact look can tell. */
  readonly mayRepeat: boolean
}

export const STRIDE = 4

const tableOf = (characters: string) => {
  const table = new Uint8Array(256)
  for (const c of characters) table[c.charCodeAt(0)] = 1
  return table
}
const SPACE = tableOf(' \t\n\r')
const HEX = tableOf('0123456789abcdefABCDEF')
const ESCAPE = tableOf('"\\/bfnrt')

/** Above this many keys an object is not checked for repeats here, so that a hostile one costs no n². */
const KEYS_CHECKED = 32
/** Scratch that a huge document made larger than this is given back. */
const SCRATCH_KEPT = 1 << 20

let tape = new Int32Array(1 << 12)
let open = new Int32Array(64)
let hashes = new Int32Array(256)
let bytes: Buffer = Buffer.alloc(0)
let pos = 0
let used = 0
let repeats = false
let keyHash = 0

/** Reads one JSON text that fills `source` but for white space. Null: it is not JSON, or not UTF-8. */
export function scanJson(source: Buffer): JsonDocument | null {
  if (!isUtf8(source)) return null
  bytes = source
  pos = used = 0
  repeats = false
  const document = readDocument() ? { bytes: source, tape: tape.slice(0, used), mayRepeat: repeats } : null
  if (tape.length > SCRATCH_KEPT) tape = new Int32Array(1 << 12)
  if (open.length > SCRATCH_KEPT) open = new Int32Array(64)
  return document
}

/** `open` is the stack of containers not yet closed: the tape index of each, and where its key hashes begin. */
function readDocument(): boolean {
  const end = bytes.length
  let depth = 0
  let hashTop = 0
  let hashBase = 0
  let wantsKey = false
  for (;;) {
    skipSpace()
    if (wantsKey) {
      if (!readKey()) return false
      hashTop = noteKey(hashBase, hashTop)
    }
    const c = bytes[pos] as number
    if (c === 0x7b || c === 0x5b) {
      if (depth + 2 > open.length) open = grown(open)
      open[depth++] = used
      open[depth++] = hashBase
      hashBase = hashTop
      wantsKey = c === 0x7b
      push(wantsKey ? KIND.object : KIND.array, pos)
      pos++
      skipSpace()
      if (bytes[pos] !== c + 2) continue
    } else if (!readScalar(c)) return false
    // Behind a value: the ends of any number of containers, then a comma or the end of the text.
    for (;;) {
      skipSpace()
      if (depth === 0) return pos === end
      const container = open[depth - 2] as number
      const isObject = tape[container] === KIND.object
      const next = bytes[pos++]
      if (next === 0x2c) {
        wantsKey = isObject
        break
      }
      if (next !== (isObject ? 0x7d : 0x5d)) return false
      tape[container + 2] = pos
      tape[container + 3] = used
      hashTop = hashBase
      hashBase = open[depth - 1] as number
      depth -= 2
    }
  }
}

function skipSpace(): void {
  while (SPACE[bytes[pos] as number]) pos++
}

function readKey(): boolean {
  if (bytes[pos] !== 0x22 || !readString(true)) return false
  skipSpace()
  if (bytes[pos] !== 0x3a) return false
  pos++
  skipSpace()
  return true
}

function noteKey(base: number, top: number): number {
  if (repeats) return top
  if (top - base >= KEYS_CHECKED) {
    repeats = true
    return top
  }
  for (let i = base; i < top; i++) if (hashes[i] === keyHash) repeats = true
  if (top === hashes.length) hashes = grown(hashes)
  hashes[top] = keyHash
  return top + 1
}

function readScalar(c: number): boolean {
  if (c === 0x22) return readString(false)
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return readNumber(c)
  if (c === 0x74) return readWord('true', KIND.true)
  if (c === 0x66) return readWord('false', KIND.false)
  if (c === 0x6e) return readWord('null', KIND.null)
  return false
}

/** A key also leaves its hash in `keyHash`; an escaped key may equal one spelled otherwise. */
function readString(isKey: boolean): boolean {
  const b = bytes
  const start = pos
  let i = start + 1
  let hash = 0
  let kind: number = KIND.string
  for (;;) {
    let c = b[i] as number
    if (isKey)
      while (c !== 0x22 && c !== 0x5c && c >= 0x20) {
        hash = (Math.imul(hash, 31) + c) | 0
        c = b[++i] as number
      }
    else while (c !== 0x22 && c !== 0x5c && c >= 0x20) c = b[++i] as number
    if (c === 0x22) break
    if (c !== 0x5c) return false
    kind = KIND.escaped
    if (isKey) repeats = true
    const escaped = b[i + 1] as number
    if (escaped === 0x75) {
      for (let h = i + 2; h < i + 6; h++) if (!HEX[b[h] as number]) return false
      i += 6
    } else if (ESCAPE[escaped]) i += 2
    else return false
  }
  pos = i + 1
  keyHash = hash
  push(kind, start)
  return true
}

function readNumber(first: number): boolean {
  const b = bytes
  const start = pos
  let i = start
  let c = first
  if (c === 0x2d) c = b[++i] as number
  if (c === 0x30) c = b[++i] as number
  else {
    const digits = i
    while (isDigit(c)) c = b[++i] as number
    if (i === digits) return false
  }
  if (c === 0x2e) {
    const digits = ++i
    while (isDigit(b[i] as number)) i++
    if (i === digits) return false
    c = b[i] as number
  }
  if (c === 0x65 || c === 0x45) {
    c = b[++i] as number
    if (c === 0x2b || c === 0x2d) i++
    const digits = i
    while (isDigit(b[i] as number)) i++
    if (i === digits) return false
  }
  pos = i
  push(KIND.number, start)
  return true
}

const isDigit = (c: number) => c >= 0x30 && c <= 0x39

function readWord(word: string, kind: number): boolean {
  const start = pos
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false
  pos = start + word.length
  push(kind, start)
  return true
}

/** Adds an entry that ends at `pos`; a container's end is set when it is closed. */
function push(kind: number, start: number): void {
  if (used + STRIDE > tape.length) tape = grown(tape)
  tape[used] = kind
  tape[used + 1] = start
  tape[used + 2] = pos
  tape[used + 3] = used + STRIDE
  used += STRIDE
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
