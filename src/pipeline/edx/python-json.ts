import type { Json } from '../json/json.ts'
import { KIND } from '../json/scan.ts'
import { integerText, isInteger } from './python-equality.ts'
import { pythonFloatRepr } from './python-float.ts'

type Members = Iterable<readonly [string, Json]>

/** What Python's `json.dumps` writes for an object that it has read. Without recursion: see `pythonEquals`. */
export function pythonDumps(members: Members): string {
  let text = ''
  const rest: (Json | string)[] = inObject(members).reverse()
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') text += next
    else if (!next.isObject && !next.isArray) text += scalar(next)
    else {
      const inner = next.isObject ? inObject(next.members()) : inArray(next)
      for (let i = inner.length - 1; i >= 0; i--) rest.push(inner[i] as Json | string)
    }
  }
  return text
}

function inObject(members: Members): (Json | string)[] {
  const parts: (Json | string)[] = ['{']
  for (const [key, value] of members)
    parts.push(`${parts.length > 1 ? ', ' : ''}${asciiString(key)}: `, value)
  return [...parts, '}']
}

function inArray(array: Json): (Json | string)[] {
  const parts: (Json | string)[] = ['[']
  for (const element of array.elements()) parts.push(parts.length > 1 ? ', ' : '', element)
  return [...parts, ']']
}

function scalar(value: Json): string {
  if (value.isString) return asciiString(value.string())
  const text = value.text()
  if (value.kind !== KIND.number) return text
  return isInteger(text) ? integerText(text) : pythonFloatRepr(Number(text))
}

const asciiString = (text: string) =>
  JSON.stringify(text).replaceAll(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
