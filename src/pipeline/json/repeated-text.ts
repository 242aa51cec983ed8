/** Texts that were read last, by a few of their bytes: events have the same keys and names over and over. */
const KNOWN = 1 << 12
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

/** Names differ in the middle, ids in their last digits. */
function placeOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start
  const middle = bytes[start + (length >> 1)] as number
  const beforeLast = bytes[end - Math.min(length, 2)] as number
  const last = bytes[end - 1] as number
  return (
    (length * 37 + (bytes[start] as number) * 31 + middle * 7 + beforeLast * 193 + last * 17) & (KNOWN - 1)
  )
}

/** Bytes beyond ASCII are never those of a text of as many characters. */
function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
  return true
}
