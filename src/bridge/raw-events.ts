import type { Json } from '../pipeline/json/json.ts'
import { rawKey } from '../pipeline/raw-key.ts'
import type { RawEvent } from '../ports.ts'

/** What is the same for all events of a request. */
export type Received = Pick<RawEvent, 'timestamp' | 'headers'>

/**
 * The events of a body, each with exactly the bytes it came in: the elements of an array one by one, else the
 * body as a whole, be it JSON (`root`) or not (null). Null: the array has more than `maxEvents`.
 */
export function rawEvents(
  body: Buffer,
  root: Json | null,
  received: Received,
  maxEvents: number,
): RawEvent[] | null {
  if (!root?.isArray) return [{ key: root && rawKey(root), value: body, ...received }]
  const events: RawEvent[] = []
  for (const element of root.elements()) {
    if (events.length === maxEvents) return null
    events.push({ key: rawKey(element), value: element.slice(), ...received })
  }
  return events
}
