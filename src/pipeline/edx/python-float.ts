/** Python's `repr` of a float, as json.dumps writes it. Source: CPython's float_repr (shortest, exponent from 16 digits on). */
export function pythonFloatRepr(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const digits = mantissa.replace(/[-.]/g, '')
  const decimals = Math.max(digits.length - 1 - exponent, 0)
  return decimals === 0 ? `${BigInt(value)}.0` : value.toFixed(Math.min(decimals, 100))
}
