/** Keys that were read last, by a few of their bytes: events have the same ones over and over. */
const KNOWN = 1 << 10
const LONGEST_KNOWN = 40
const known = new Array<string | undefined>(KNOWN)

/** A key's text; one that is known is not decoded again. */
export function keyText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length === 0 || length > LONGEST_KNOWN) return bytes.toString('utf8', start, end)
  const first = bytes[start] as number
  const middle = bytes[start + (length >> 1)] as number
  const last = bytes[end - 1] as number
  const place = (length * 173 + first * 31 + middle * 7 + last) & (KNOWN - 1)
  const before = known[place]
  if (before !== undefined && isSame(before, bytes, start, length)) return before
  const text = bytes.toString('utf8', start, end)
  known[place] = text
  return text
}

/** Bytes beyond ASCII are never those of a text of as many characters. */
function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
  return true
}
