import { Draft } from './draft.ts'
import { Json } from './json/json.ts'
import type { RawRecord } from './shapes.ts'

/** A raw record's value to a draft, which holds until the next one is made. Null: the value is not JSON text in UTF-8, or there is none (a tombstone). */
export function decode(raw: RawRecord): Draft | null {
  const root = raw.value && Json.parseBriefly(raw.value)
  return root && new Draft(raw, root)
}
