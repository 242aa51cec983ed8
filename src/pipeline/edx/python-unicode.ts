/*
 * What Python 3.11 knows of Unicode, which is version 14. A regular expression's own \p{Nd} and \p{L} follow
 * the running Node, and the same raw record must give the same bytes on every Node; so the decimal digits are
 * listed here, and of letters those that later versions added. Source: CPython 3.11, unicodedata 14.0.0.
 */

/** The digit zero of every script; its nine others follow it. */
const ZEROS = [
  0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
  0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
  0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0,
  0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50,
  0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950,
  0x1fbf0,
]

const VALUES = new Map(ZEROS.flatMap(zero => Array.from({ length: 10 }, (_, value) => [zero + value, value])))

const hex = (codePoint: number) => `\\u{${codePoint.toString(16)}}`

/** Inside of a character class (flag u): the decimal digits of every script, Python's `\d`. */
export const DECIMAL_DIGITS = ZEROS.map(zero => `${hex(zero)}-${hex(zero + 9)}`).join('')

/** The value of a decimal digit of any script; undefined for every other character. */
export const decimalDigit = (codePoint: number): number | undefined => VALUES.get(codePoint)

/** The text with every decimal digit written as ASCII; what is no digit stays. */
export function asciiDigits(text: string): string {
  return text.replaceAll(/\P{ASCII}/gu, character => {
    const digit = decimalDigit(character.codePointAt(0) as number)
    return digit === undefined ? character : String(digit)
  })
}

/** Inside of a character class: the blanks around a number. To `str.isspace` \x1c to \x1f are blanks, too. */
export const BLANKS = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** Inside of a character class (flag u): letters and numbers that Unicode 15 to 17 added. */
export const LATER_LETTERS = [
  '\\u{88f}\\u{c5c}\\u{cdc}\\u{1c89}-\\u{1c8a}\\u{a7cb}-\\u{a7cf}\\u{a7d2}\\u{a7d4}\\u{a7da}-\\u{a7dc}\\u{a7f1}',
  '\\u{105c0}-\\u{105f3}\\u{10940}-\\u{10959}\\u{10d40}-\\u{10d65}\\u{10d6f}-\\u{10d85}\\u{10ec2}-\\u{10ec7}',
  '\\u{1123f}-\\u{11240}\\u{11380}-\\u{11389}\\u{1138b}\\u{1138e}\\u{11390}-\\u{113b5}\\u{113b7}\\u{113d1}',
  '\\u{113d3}\\u{116d0}-\\u{116e3}\\u{11bc0}-\\u{11be0}\\u{11bf0}-\\u{11bf9}\\u{11db0}-\\u{11ddb}',
  '\\u{11de0}-\\u{11de9}\\u{11f02}\\u{11f04}-\\u{11f10}\\u{11f12}-\\u{11f33}\\u{11f50}-\\u{11f59}\\u{1342f}',
  '\\u{13441}-\\u{13446}\\u{13460}-\\u{143fa}\\u{16100}-\\u{1611d}\\u{16130}-\\u{16139}\\u{16d40}-\\u{16d6c}',
  '\\u{16d70}-\\u{16d79}\\u{16ea0}-\\u{16eb8}\\u{16ebb}-\\u{16ed3}\\u{16ff2}-\\u{16ff6}\\u{187f8}-\\u{187ff}',
  '\\u{18cff}\\u{18d09}-\\u{18d1e}\\u{18d80}-\\u{18df2}\\u{1b132}\\u{1b155}\\u{1ccf0}-\\u{1ccf9}',
  '\\u{1d2c0}-\\u{1d2d3}\\u{1df25}-\\u{1df2a}\\u{1e030}-\\u{1e06d}\\u{1e4d0}-\\u{1e4eb}\\u{1e4f0}-\\u{1e4f9}',
  '\\u{1e5d0}-\\u{1e5ed}\\u{1e5f0}-\\u{1e5fa}\\u{1e6c0}-\\u{1e6de}\\u{1e6e0}-\\u{1e6e2}\\u{1e6e4}-\\u{1e6e5}',
  '\\u{1e6e7}-\\u{1e6ed}\\u{1e6f0}-\\u{1e6f4}\\u{1e6fe}-\\u{1e6ff}\\u{2b739}-\\u{2b73f}\\u{2cea2}-\\u{2cead}',
  '\\u{2ebf0}-\\u{2ee5d}\\u{31350}-\\u{33479}',
].join('')
