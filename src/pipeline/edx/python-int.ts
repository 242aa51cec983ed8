/** CPython strips these from an ASCII number; from any other text every Unicode space, too. */
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\p{Zs}\\u2028\\u2029]*'
const INTEGER = new RegExp(`^${SPACE}([+-]?)(\\p{Nd}+(?:_\\p{Nd}+)*)${SPACE}$`, 'u')

/**
 * Python's `int(text)`: blanks around it, a sign, underscores between digits, the decimal digits of every
 * script. Null where Python raises ValueError; 'huge' outside ±(2^53 − 1). Source: CPython 3.11,
 * PyLong_FromUnicodeObject; its limit of 4300 digits is not ours.
 */
export function parsePythonInt(text: string): number | 'huge' | null {
  const [, sign, digits] = INTEGER.exec(text) ?? []
  if (digits === undefined) return null
  const ascii = /^\d+$/.test(digits)
    ? digits
    : digits.replaceAll('_', '').replaceAll(/\P{ASCII}/gu, decimalDigit)
  const value = Number(ascii)
  if (!Number.isSafeInteger(value)) return 'huge'
  return sign === '-' ? 0 - value : value
}

/** Unicode keeps the ten digits of a script together in order, on a multiple of ten behind a digit zero. */
export function decimalDigit(character: string): string {
  const code = character.codePointAt(0) as number
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return String(code - zero)
}
