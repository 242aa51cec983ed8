import { expect, test } from 'vitest'
import { parsePythonInt } from '#src/pipeline/edx/python-int.ts'

test.each([
  ['10', 10],
  ['+10', 10],
  ['-10', -10],
  ['-0', 0],
  ['010', 10],
  ['1_0', 10],
  [' \t10\r\n', 10],
  ['\u00a010\u3000', 10],
  ['\u0661\u0660', 10],
  ['\uff11\u{1d7ce}', 10],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['-9007199254740991', Number.MIN_SAFE_INTEGER],
])('%j is %j', (text, value) => {
  expect(parsePythonInt(text)).toBe(value)
})

test.each(['9007199254740992', '-9007199254740992', '1'.repeat(5000)])('%j is beyond a double', text => {
  expect(parsePythonInt(text)).toBe('huge')
})

test.each([
  ...[
    '',
    ' ',
    '+',
    '-',
    '_',
    '_1',
    '1_',
    '1__0',
    '+_1',
    '+ 1',
    '--1',
    '1 0',
    '10.0',
    '1e1',
    '0x1',
    'NaN',
    '²',
    'Ⅷ',
  ],
  // No blanks to int(), though str.strip takes the first; and a digit of Unicode 15, which Python 3.11 does not know.
  ...['\x1c10', '\ufeff10', '10\0', '\u{1e4f0}'],
])('%j is no integer', text => {
  expect(parsePythonInt(text)).toBeNull()
})

test('a text of megabytes is read in one pass', () => {
  expect(parsePythonInt('1'.repeat(4_000_000))).toBe('huge')
  expect(parsePythonInt(`${'0'.repeat(4_000_000)}7`)).toBe(7)
  expect(parsePythonInt(' '.repeat(4_000_000))).toBeNull()
  expect(parsePythonInt(`${'1_'.repeat(2_000_000)}x`)).toBeNull()
})
