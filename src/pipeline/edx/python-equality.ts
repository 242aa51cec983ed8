import type { Json } from '../json/json.ts'
import { KIND } from '../json/scan.ts'

/** JSON's own text for a number without fraction and exponent: Python's integer, of any length. */
export const isInteger = (text: string) => !/[.eE]/.test(text)

/** JSON has no leading zeros, so that -0 is the one integer of two spellings. */
export const integerText = (text: string) => (text === '-0' ? '0' : text)

/** Equal for scalars that Python holds to be equal, such as 1, 1.0 and true; null for what is no scalar. */
export function scalarIdentity(value: Json): string | null {
  if (value.isArray || value.isObject) return null
  if (value.isString) return `s${value.string()}`
  if (value.kind === KIND.null) return 'null'
  if (value.kind === KIND.true) return 'n1'
  if (value.kind === KIND.false) return 'n0'
  const text = value.text()
  if (isInteger(text)) return `n${integerText(text)}`
  const number = Number(text)
  return Number.isInteger(number) ? `n${BigInt(number)}` : `n${number}`
}

/** Python's `==`. Without recursion, since values may be nested millions deep. */
export function pythonEquals(left: Json, right: Json): boolean {
  const pairs: [Json, Json][] = [[left, right]]
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [a, b] = pair
    const inner = a.isObject && b.isObject ? membersInPairs(a, b) : elementsInPairs(a, b)
    if (!inner) return false
    for (const each of inner) pairs.push(each)
  }
  return true
}

function membersInPairs(a: Json, b: Json): [Json, Json][] | null {
  const others = new Map(b.members())
  const pairs: [Json, Json][] = []
  for (const [key, value] of a.members()) {
    const other = others.get(key)
    if (!other) return null
    pairs.push([value, other])
  }
  return pairs.length === others.size ? pairs : null
}

function elementsInPairs(a: Json, b: Json): [Json, Json][] | null {
  if (!a.isArray || !b.isArray) {
    const identity = scalarIdentity(a)
    return identity !== null && identity === scalarIdentity(b) ? [] : null
  }
  const others = [...b.elements()]
  const own = [...a.elements()]
  return own.length === others.length ? own.map((element, i) => [element, others[i] as Json]) : null
}
