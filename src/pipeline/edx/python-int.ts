import { BLANKS, decimalDigit } from './python-unicode.ts'

const MAX = Number.MAX_SAFE_INTEGER
const BLANK = new RegExp(`[${BLANKS}]`)

/**
 * Python's `int(text)`: blanks around it, a sign, single underscores between digits, the decimal digits of
 * every script. Null where Python raises ValueError; 'huge' outside ±(2^53 − 1). Source: CPython 3.11,
 * PyLong_FromUnicodeObject; its limit of 4300 digits is not ours. One pass, without a pattern: the text may be
 * megabytes long.
 */
export function parsePythonInt(text: string): number | 'huge' | null {
  let at = 0
  let end = text.length
  while (at < end && BLANK.test(text.charAt(at))) at++
  while (end > at && BLANK.test(text.charAt(end - 1))) end--
  const sign = text.charAt(at)
  if (sign === '+' || sign === '-') at++

  let magnitude = 0
  let digitBefore = false
  while (at < end) {
    const codePoint = text.codePointAt(at) as number
    const digit = decimalDigit(codePoint)
    if (digit !== undefined) magnitude = Math.min(magnitude * 10 + digit, MAX + 1)
    else if (text[at] !== '_' || !digitBefore) return null
    digitBefore = digit !== undefined
    at += codePoint > 0xffff ? 2 : 1
  }
  if (!digitBefore) return null
  if (magnitude > MAX) return 'huge'
  return sign === '-' ? 0 - magnitude : magnitude
}
