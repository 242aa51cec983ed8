import { isUtf8 } from 'node:buffer'
import { behindEscape, behindNumber, behindWord, NOT_JSON, tableOf } from './lexemes.ts'

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
  /** Shared with the documents that were read before and after it. */
  readonly tape: Int32Array
  /** The index of the document's own value. */
  readonly root: number
  /** False: no object has a repeated key. True: one may have; only an exact look can tell. */
  readonly mayRepeat: boolean
}

export const STRIDE = 4

const SPACE = tableOf(' \t\n\r')

/** Above this many keys an object is not checked for repeats here, so that a hostile one costs no n². */
const KEYS_CHECKED = 128
/** One allocation holds the tapes of some hundred events: one each would cost as much as half a scan. */
const TAPE_LENGTH = 1 << 18
/** Enough for most; where it is not, the tape grows. */
const LIKELY_LENGTH = 1 << 12
/** Scratch that a huge document made larger than this is given back. */
const SCRATCH_KEPT = 1 << 20

let tape = new Int32Array(TAPE_LENGTH)
let free = 0
let open = new Int32Array(64)
let hashes = new Int32Array(256)
let repeats = false

/** Reads one JSON text that fills `source` but for white space. Null: it is not JSON, or not UTF-8. */
export function scanJson(source: Buffer): JsonDocument | null {
  if (!isUtf8(source)) return null
  if (tape.length > TAPE_LENGTH || tape.length - free < LIKELY_LENGTH) {
    tape = new Int32Array(TAPE_LENGTH)
    free = 0
  }
  repeats = false
  const root = free
  const end = readDocument(source, root)
  if (open.length > SCRATCH_KEPT) open = new Int32Array(64)
  if (end === NOT_JSON) return null
  free = end
  return { bytes: source, tape, root, mayRepeat: repeats }
}

/**
 * Where the tape is free behind the document, or NOT_JSON. One long function, since what it keeps at hand for every byte has to be in
 * local variables: in shared ones it takes a third longer, so that the loop over a string, which finds out two things,
 * stands here for keys and for values. `open` is the stack of containers not yet closed: the tape
 * index of each, and where its key hashes begin.
 */
function readDocument(b: Buffer, root: number): number {
  let pos = 0
  let used = root
  let depth = 0
  let hashTop = 0
  let hashBase = 0
  let wantsKey = false
  for (;;) {
    // A key, a colon and a value, or a value alone: at most three entries.
    if (used + 3 * STRIDE > tape.length) tape = grown(tape)
    const t = tape
    while ((b[pos] as number) <= 0x20 && SPACE[b[pos] as number]) pos++
    if (wantsKey) {
      if (b[pos] !== 0x22) return NOT_JSON
      const start = pos++
      let kind: number = KIND.string
      let c = b[pos] as number
      for (;;) {
        while (c !== 0x22 && c !== 0x5c && c >= 0x20) c = b[++pos] as number
        if (c === 0x22) break
        if (c !== 0x5c) return NOT_JSON
        pos = behindEscape(b, pos)
        if (pos === NOT_JSON) return NOT_JSON
        c = b[pos] as number
        kind = KIND.escaped
      }
      pos++
      t[used] = kind
      t[used + 1] = start
      t[used + 2] = pos
      t[used + 3] = used + STRIDE
      used += STRIDE
      // An escaped key may equal one that is spelled otherwise.
      if (kind === KIND.escaped) repeats = true
      else if (!repeats) hashTop = noteKey(hashOf(b, start + 1, pos - 1), hashBase, hashTop)
      while ((b[pos] as number) <= 0x20 && SPACE[b[pos] as number]) pos++
      if (b[pos] !== 0x3a) return NOT_JSON
      pos++
      while ((b[pos] as number) <= 0x20 && SPACE[b[pos] as number]) pos++
    }
    const first = b[pos] as number
    const start = pos
    if (first === 0x7b || first === 0x5b) {
      if (depth + 2 > open.length) open = grown(open)
      open[depth++] = used
      open[depth++] = hashBase
      hashBase = hashTop
      wantsKey = first === 0x7b
      t[used] = wantsKey ? KIND.object : KIND.array
      t[used + 1] = start
      used += STRIDE
      pos++
      while ((b[pos] as number) <= 0x20 && SPACE[b[pos] as number]) pos++
      if (b[pos] !== first + 2) continue
    } else {
      let kind: number = KIND.string
      if (first === 0x22) {
        let c = b[++pos] as number
        for (;;) {
          while (c !== 0x22 && c !== 0x5c && c >= 0x20) c = b[++pos] as number
          if (c === 0x22) break
          if (c !== 0x5c) return NOT_JSON
          pos = behindEscape(b, pos)
          if (pos === NOT_JSON) return NOT_JSON
          c = b[pos] as number
          kind = KIND.escaped
        }
        pos++
      } else {
        kind = KIND_OF_FIRST[first] as number
        pos = kind === KIND.number ? behindNumber(b, pos) : behindWord(b, pos, WORD_OF_KIND[kind])
        if (pos === NOT_JSON) return NOT_JSON
      }
      t[used] = kind
      t[used + 1] = start
      t[used + 2] = pos
      t[used + 3] = used + STRIDE
      used += STRIDE
    }
    // Behind a value: the ends of any number of containers, then a comma or the end of the text.
    for (;;) {
      while ((b[pos] as number) <= 0x20 && SPACE[b[pos] as number]) pos++
      if (depth === 0) return pos === b.length ? used : NOT_JSON
      const container = open[depth - 2] as number
      const isObject = t[container] === KIND.object
      const next = b[pos++]
      if (next === 0x2c) {
        wantsKey = isObject
        break
      }
      if (next !== (isObject ? 0x7d : 0x5d)) return NOT_JSON
      t[container + 2] = pos
      t[container + 3] = used
      hashTop = hashBase
      hashBase = open[depth - 1] as number
      depth -= 2
    }
  }
}

function hashOf(b: Buffer, from: number, to: number): number {
  let hash = 0
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + (b[i] as number)) | 0
  return hash
}

function noteKey(hash: number, base: number, top: number): number {
  if (top - base >= KEYS_CHECKED) {
    repeats = true
    return top
  }
  for (let i = base; i < top; i++) if (hashes[i] === hash) repeats = true
  if (top === hashes.length) hashes = grown(hashes)
  hashes[top] = hash
  return top + 1
}

/** Which kind of value begins with a byte; 0: none, but for containers and strings. */
const KIND_OF_FIRST = new Uint8Array(256)
for (const c of '-0123456789') KIND_OF_FIRST[c.charCodeAt(0)] = KIND.number
for (const word of ['true', 'false', 'null'] as const) KIND_OF_FIRST[word.charCodeAt(0)] = KIND[word]
const WORD_OF_KIND: Readonly<Record<number, string>> = {
  [KIND.true]: 'true',
  [KIND.false]: 'false',
  [KIND.null]: 'null',
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
