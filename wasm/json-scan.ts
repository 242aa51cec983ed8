/*
 * The scanner of JSON text behind `src/pipeline/json/scan.ts`, which says what it leaves on the tape. In AssemblyScript,
 * since 16 bytes at once are what makes it fast: `npm run wasm` compiles it. One pass, no recursion, no allocation;
 * what it reads and writes lies where the caller has put it in the module's memory, addresses in bytes.
 */

const OBJECT: i32 = 1
const ARRAY: i32 = 2
const STRING: i32 = 3
const ESCAPED: i32 = 4
const NUMBER: i32 = 5
const TRUE: i32 = 6
const FALSE: i32 = 7
const NULL: i32 = 8

/** Answers in the place of a length. */
const NOT_JSON: i32 = -1
const TAPE_FULL: i32 = -2

/** An entry: kind, start, end, next; four bytes each. Of a container that is still open, the last two are its parent's address and its keys' beginning. */
const ENTRY: u32 = 16
const INTEGER: u32 = 4

/** Hashes of the keys of all objects that are open, the innermost last. */
const HASHES: u32 = 1024
const HASHES_END: u32 = HASHES + (1 << 16)
const HASH: u32 = 8
/** Above this many keys an object is not checked for repeats, so that a hostile one costs no n². */
const KEYS_CHECKED: u32 = 128

/** Where the caller may put the text. */
export const firstFree: u32 = HASHES_END
/** Bytes behind the text that are written to, and read. */
export const padding: u32 = 32

let mayRepeat: bool = false

/** Whether an object of the text that was read last may have a repeated key. */
export function repeats(): bool {
  return mayRepeat
}

/**
 * Reads the text from `from` to `to`. Starts and ends on the tape are counted from `from`; `base` is the index that the
 * tape's first integer will have. Returns how many integers are on the tape, or NOT_JSON, or TAPE_FULL.
 */
export function scan(from: u32, to: u32, tape: u32, tapeEnd: u32, base: i32): i32 {
  // No token goes on behind the end: a zero is part of none.
  memory.fill(to, 0, padding)
  mayRepeat = false
  let pos = from
  let used = tape
  let container: u32 = 0
  let hashes = HASHES
  let hashesEnd = HASHES
  let wantsKey = false
  while (true) {
    // A key and a value.
    if (used + 2 * ENTRY > tapeEnd) return TAPE_FULL
    pos = behindSpace(pos)
    if (wantsKey) {
      if (load<u8>(pos) != 0x22) return NOT_JSON
      const start = pos
      const kind = endOfString(pos)
      if (kind == NOT_JSON) return NOT_JSON
      pos = stringEnd
      entry(used, kind, start - from, pos - from, base + <i32>((used + ENTRY - tape) / INTEGER))
      used += ENTRY
      // An escaped key may equal one that is spelled otherwise.
      if (kind == ESCAPED) mayRepeat = true
      else if (!mayRepeat) hashesEnd = noteKey(hashOf(start + 1, pos - 1), hashes, hashesEnd)
      pos = behindSpace(pos)
      if (load<u8>(pos) != 0x3a) return NOT_JSON
      pos = behindSpace(pos + 1)
    }
    const first = <u32>load<u8>(pos)
    const start = pos
    if (first == 0x7b || first == 0x5b) {
      wantsKey = first == 0x7b
      entry(used, wantsKey ? OBJECT : ARRAY, start - from, container, hashes)
      container = used
      hashes = hashesEnd
      used += ENTRY
      pos = behindSpace(pos + 1)
      if (<u32>load<u8>(pos) != first + 2) continue
    } else {
      let kind: i32
      if (first == 0x22) {
        kind = endOfString(pos)
        pos = stringEnd
      } else if (first == 0x74) {
        kind = load<u32>(pos) == 0x65757274 ? TRUE : NOT_JSON
        pos += 4
      } else if (first == 0x66) {
        kind = load<u32>(pos + 1) == 0x65736c61 ? FALSE : NOT_JSON
        pos += 5
      } else if (first == 0x6e) {
        kind = load<u32>(pos) == 0x6c6c756e ? NULL : NOT_JSON
        pos += 4
      } else {
        pos = behindNumber(pos)
        kind = pos == 0 ? NOT_JSON : NUMBER
      }
      if (kind == NOT_JSON) return NOT_JSON
      entry(used, kind, start - from, pos - from, base + <i32>((used + ENTRY - tape) / INTEGER))
      used += ENTRY
    }
    // Behind a value: the ends of any number of containers, then a comma or the end of the text.
    while (true) {
      pos = behindSpace(pos)
      if (container == 0) return pos == to ? <i32>((used - tape) / INTEGER) : NOT_JSON
      const isObject = load<i32>(container) == OBJECT
      const next = load<u8>(pos++)
      if (next == 0x2c) {
        wantsKey = isObject
        break
      }
      if (next != (isObject ? 0x7d : 0x5d)) return NOT_JSON
      const parent = load<u32>(container, 8)
      hashesEnd = hashes
      hashes = load<u32>(container, 12)
      store<u32>(container, pos - from, 8)
      store<i32>(container, base + <i32>((used - tape) / INTEGER), 12)
      container = parent
    }
  }
  return NOT_JSON
}

function entry(at: u32, kind: i32, start: u32, end: u32, next: u32): void {
  store<i32>(at, kind)
  store<u32>(at, start, 4)
  store<u32>(at, end, 8)
  store<u32>(at, next, 12)
}

function behindSpace(start: u32): u32 {
  let pos = start
  let c = load<u8>(pos)
  while (c <= 0x20 && (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09)) c = load<u8>(++pos)
  return pos
}

/** Behind the string that `endOfString` has read. */
let stringEnd: u32 = 0

/** The kind of the string whose first quote is at `start`, or NOT_JSON. */
function endOfString(start: u32): i32 {
  const quote = i8x16.splat(0x22)
  const backslash = i8x16.splat(0x5c)
  const space = i8x16.splat(0x20)
  let kind = STRING
  let pos = start + 1
  while (true) {
    const bytes = v128.load(pos)
    const ends = v128.or(i8x16.eq(bytes, quote), v128.or(i8x16.eq(bytes, backslash), i8x16.lt_u(bytes, space)))
    const found = i8x16.bitmask(ends)
    if (found == 0) {
      pos += 16
      continue
    }
    pos += ctz(found)
    const c = load<u8>(pos)
    if (c == 0x22) break
    if (c != 0x5c) return NOT_JSON
    pos = behindEscape(pos)
    if (pos == 0) return NOT_JSON
    kind = ESCAPED
  }
  stringEnd = pos + 1
  return kind
}

/** Zero where it is none. */
function behindEscape(start: u32): u32 {
  const c = load<u8>(start, 1)
  if (c == 0x75) {
    for (let h: u32 = start + 2; h < start + 6; h++) if (!isHex(load<u8>(h))) return 0
    return start + 6
  }
  const isKnown =
    c == 0x22 || c == 0x5c || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74
  return isKnown ? start + 2 : 0
}

function isHex(c: u8): bool {
  return isDigit(c) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66)
}

function isDigit(c: u8): bool {
  return c >= 0x30 && c <= 0x39
}

/** Zero where it is none. */
function behindNumber(start: u32): u32 {
  let pos = start
  if (load<u8>(pos) == 0x2d) pos++
  if (load<u8>(pos) == 0x30) pos++
  else {
    const behind = behindDigits(pos)
    if (behind == pos) return 0
    pos = behind
  }
  if (load<u8>(pos) == 0x2e) {
    const behind = behindDigits(pos + 1)
    if (behind == pos + 1) return 0
    pos = behind
  }
  if ((load<u8>(pos) | 0x20) == 0x65) {
    pos++
    const sign = load<u8>(pos)
    if (sign == 0x2b || sign == 0x2d) pos++
    const behind = behindDigits(pos)
    if (behind == pos) return 0
    pos = behind
  }
  return pos
}

function behindDigits(start: u32): u32 {
  let pos = start
  while (isDigit(load<u8>(pos))) pos++
  return pos
}

/** Eight bytes at a time; the last of them less what is not the key's. */
function hashOf(from: u32, to: u32): u64 {
  let hash: u64 = to - from
  let at = from
  for (; at + 8 <= to; at += 8) hash = (hash ^ load<u64>(at)) * 0x9e3779b97f4a7c15
  const rest = to - at
  if (rest > 0) hash = (hash ^ (load<u64>(at) << ((8 - rest) * 8))) * 0x9e3779b97f4a7c15
  return hash ^ (hash >> 32)
}

/** Where the object's hashes end then. */
function noteKey(hash: u64, from: u32, end: u32): u32 {
  if (end - from >= KEYS_CHECKED * HASH || end == HASHES_END) {
    mayRepeat = true
    return end
  }
  for (let at = from; at < end; at += HASH) if (load<u64>(at) == hash) mayRepeat = true
  store<u64>(end, hash)
  return end + HASH
}
