import { expect, test } from 'vitest'
import { pythonFloatRepr } from '#src/pipeline/edx/python-float.ts'

test.each([
  [100000, '100000.0'],
  [1e15, '1000000000000000.0'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [1.5e16, '1.5e+16'],
  [1e22, '1e+22'],
  [1e100, '1e+100'],
  [0.1, '0.1'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [-0.0000125, '-1.25e-05'],
  [5e-324, '5e-324'],
  // Its exact value lies half way between two decimals of 17 digits.
  [-1234482433646917.2, '-1234482433646917.2'],
  [0, '0.0'],
  [-0, '-0.0'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [Number.NaN, 'NaN'],
])('%s is %s', (value, text) => {
  expect(pythonFloatRepr(value)).toBe(text)
})
