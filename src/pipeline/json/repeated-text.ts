/** Texts that were read last, by a hash of their bytes: events have the same keys, names and courses over and over. */
const KNOWN = 1 << 13
const LONGEST_KNOWN = 64
const known = new Array<string | undefined>(KNOWN)

/** UTF-8 as a string; one that is known is not decoded again. */
export function repeatedText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length === 0 || length > LONGEST_KNOWN) return bytes.toString('utf8', start, end)
  const place = placeOf(bytes, start, end)
  const before = known[place]
  if (before !== undefined && isSame(before, bytes, start, length)) return before
  const text = bytes.toString('utf8', start, end)
  known[place] = text
  return text
}

/** FNV-1a, to which each byte counts: course ids, of which there are thousands, differ in any. */
function placeOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return (hash ^ (hash >>> 15)) & (KNOWN - 1)
}

/** Bytes beyond ASCII are never those of a text of as many characters. */
function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
  return true
}
