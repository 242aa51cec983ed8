import type { Json } from '../pipeline/json/json.ts'

/**
 * JSON text in one form for equal values: keys sorted, white space gone, an integer with all its digits, a float
 * marked as one, so that 1.0 differs from 1 and equals 1e0. Without recursion: values may be nested deeply.
 */
export function canonical(root: Json): string {
  if (!root.isObject && !root.isArray) return scalar(root)
  let text = ''
  const rest: (Json | string)[] = [root]
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') text += next
    else if (next.isObject || next.isArray) for (const part of partsOf(next).reverse()) rest.push(part)
    else text += scalar(next)
  }
  return text
}

function partsOf(json: Json): (Json | string)[] {
  if (json.isArray) return ['[', ...joined([...json.elements()].map(element => [element])), ']']
  const members = [...json.members()].sort(([a], [b]) => (a < b ? -1 : 1))
  return ['{', ...joined(members.map(([key, value]) => [`${JSON.stringify(key)}:`, value])), '}']
}

const joined = (items: (Json | string)[][]): (Json | string)[] =>
  items.flatMap((item, i) => (i === 0 ? item : [',', ...item]))

function scalar(json: Json): string {
  if (json.isString) return JSON.stringify(json.string())
  const text = json.text()
  if (!/^[-\d]/.test(text)) return text
  if (!/[.eE]/.test(text)) return text === '-0' ? '0' : text
  const value = Number(text)
  return `${Object.is(value, -0) ? '-0' : value}f`
}
