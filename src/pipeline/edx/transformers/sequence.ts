import type { Json } from '../../json/json.ts'
import { jsonText } from '../../json/json.ts'
import { KIND } from '../../json/scan.ts'
import { isInteger, pythonEquals } from '../python-equality.ts'
import { pythonFloatRepr } from '../python-float.ts'
import type { MappedEvent, Transformer } from './mapped-event.ts'

/* Steps through the units of a sequence. Their legacy form says from where to where; the first unit is 1. */

const ONE = jsonText('1')

export const tabSelected: Transformer = event => {
  event.eventType = 'seq_goto'
  return copy(event, 'current_tab', 'old') && copy(event, 'target_tab', 'new')
}

/** A step out of the sequence has no legacy form. */
export const nextSelected: Transformer = event => {
  const [current, count] = [event.payload.get('current_tab'), event.payload.get('tab_count')]
  if (!current || !count) return false
  return pythonEquals(current, count) || step(event, current, 'seq_next', 1)
}

export const previousSelected: Transformer = event => {
  const current = event.payload.get('current_tab')
  if (!current) return false
  return pythonEquals(current, ONE) || step(event, current, 'seq_prev', -1)
}

function step(event: MappedEvent, current: Json, eventType: string, offset: 1 | -1): boolean {
  event.eventType = eventType
  event.payload.set('old', current)
  const target = plus(current, offset)
  if (!target) return false
  event.payload.set('new', target)
  return true
}

function copy({ payload }: MappedEvent, from: string, to: string): boolean {
  const value = payload.get(from)
  if (!value) return false
  payload.set(to, value)
  return true
}

/** Python's sum; null where it raises. To Python true is 1 and false 0. */
function plus(value: Json, offset: 1 | -1): Json | null {
  if (value.kind === KIND.true) return jsonText(String(1 + offset))
  if (value.kind === KIND.false) return jsonText(String(offset))
  if (value.kind !== KIND.number) return null
  const text = value.text()
  if (isInteger(text)) return jsonText(String(BigInt(text) + BigInt(offset)))
  const sum = Number(text) + offset
  // What is infinite to Python has no spelling but the sender's.
  return Number.isFinite(sum) ? jsonText(pythonFloatRepr(sum)) : value
}
