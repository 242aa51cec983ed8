import type { Json } from '../pipeline/json/json.ts'

/** Keys may be somebody's, as where objects are used as maps of answers or people. */
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/
const KINDS = [
  ['isString', 'text'],
  ['isObject', 'object'],
  ['isArray', 'list'],
] as const

/** Of a value that may be personal its kind and length; what is absent is no secret. */
export function masked(value: Json | undefined): string {
  if (!value) return 'absent'
  const text = value.text()
  if (['null', 'true', 'false', '""', '{}', '[]'].includes(text)) return text
  const kind = KINDS.find(([is]) => value[is])?.[1] ?? 'number'
  const length = value.isString ? value.string().length : text.length
  return `‹${kind}, ${length} character${length === 1 ? '' : 's'}›`
}

export const maskedPath = (path: string): string =>
  path
    .split('.')
    .map(key => (PLAIN_KEY.test(key) ? key : '‹key›'))
    .join('.')
