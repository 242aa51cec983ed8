import { EMPTY_OBJECT, Json, jsonString } from '../json/json.ts'
import { KIND } from '../json/scan.ts'
import { integerText, isInteger, scalarIdentity } from './python-equality.ts'
import { pythonFloatRepr } from './python-float.ts'

/**
 * What Python's `{}.update(source)` makes of a JSON value, as an object whose keys are what json.dumps would
 * write. Besides an object it takes an empty string and a list of pairs: two-element lists, two-character
 * strings, two-key objects (their keys are the pair). Null where Python raises: not iterable, not a pair, or
 * a key that is a list or an object. Source: CPython, dict.update and PyDict_MergeFromSeq2.
 */
export function dictUpdate(source: Json): Json | null {
  if (source.isObject) return source
  if (source.isString) return source.isTruthy ? null : EMPTY_OBJECT
  if (!source.isArray) return null
  const entries = new Map<string, { key: string; value: string }>()
  for (const element of source.elements()) {
    const pair = pairOf(element)
    if (!pair) return null
    const [key, value] = pair
    const identity = scalarIdentity(key)
    if (identity === null) return null
    // Equal keys (1, 1.0 and true) are one entry: the first spelling with the last value.
    const spelling = entries.get(identity)?.key ?? jsonKey(key)
    entries.set(identity, { key: spelling, value: value.text() })
  }
  const members = [...entries.values()].map(({ key, value }) => `${JSON.stringify(key)}:${value}`)
  return Json.parse(Buffer.from(`{${members.join(',')}}`))
}

function pairOf(element: Json): [Json, Json] | null {
  if (element.isArray) return two([...element.elements()])
  if (element.isObject) return two([...element.members()].map(([key]) => jsonString(key)))
  if (element.isString) return two([...element.string()].map(jsonString))
  return null
}

const two = (items: Json[]): [Json, Json] | null => (items.length === 2 ? (items as [Json, Json]) : null)

/** The key as json.dumps writes it. */
function jsonKey(key: Json): string {
  if (key.isString) return key.string()
  if (key.kind !== KIND.number) return key.text()
  const text = key.text()
  return isInteger(text) ? integerText(text) : pythonFloatRepr(Number(text))
}
