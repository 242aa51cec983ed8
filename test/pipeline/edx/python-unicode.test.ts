import { expect, test } from 'vitest'
import { asciiDigits, DECIMAL_DIGITS, decimalDigit, LATER_LETTERS } from '#src/pipeline/edx/python-unicode.ts'

const codePoints = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint)
const count = (pattern: RegExp) => codePoints.filter(c => pattern.test(String.fromCodePoint(c))).length

test('has the 660 decimal digits of Unicode 14, each of which is one', () => {
  expect(codePoints.filter(c => decimalDigit(c) !== undefined)).toHaveLength(660)
  expect(count(new RegExp(`^[${DECIMAL_DIGITS}]$`, 'u'))).toBe(660)
  expect(count(new RegExp(`^(?!\\p{Nd})[${DECIMAL_DIGITS}]$`, 'u'))).toBe(0)
})

test('takes the letters that came later off those of this Node', () => {
  expect(count(new RegExp(`^(?![${LATER_LETTERS}])[\\p{L}\\p{N}]$`, 'u'))).toBe(133_547)
})

test('writes the digits of every script as ASCII and leaves the rest', () => {
  expect(asciiDigits('a1\u0662\uff13\u{1d7d2}²é\ud800')).toBe('a1234²é\ud800')
})
