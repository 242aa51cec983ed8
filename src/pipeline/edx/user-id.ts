import type { Json } from '../json/json.ts'
import { KIND } from '../json/scan.ts'
import { isInteger } from './python-equality.ts'
import { parsePythonInt } from './python-int.ts'

/**
 * A truthy `userId` as Django's integer field reads it: Python's int() of the JSON value. Null where that
 * raises; 'huge' is an integer outside ±(2^53 − 1), which no user table holds.
 */
export function parseUserId(json: Json): number | 'huge' | null {
  const plain = json.digits()
  if (plain !== null) return plain
  if (json.isString) return parsePythonInt(json.string())
  if (json.kind === KIND.true) return 1
  if (json.kind !== KIND.number) return null
  const value = Number(json.text())
  if (!Number.isFinite(value)) return isInteger(json.text()) ? 'huge' : null
  const integer = Math.trunc(value)
  return Number.isSafeInteger(integer) ? integer + 0 : 'huge'
}
