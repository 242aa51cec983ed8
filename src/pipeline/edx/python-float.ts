/**
 * Python's `repr` of a float, as json.dumps writes it. JavaScript finds the same shortest digits; only the
 * layout differs, with an exponent below 1e-4 and from 1e16 on. Source: CPython 3.11, float_repr_style 'short'.
 */
export function pythonFloatRepr(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
