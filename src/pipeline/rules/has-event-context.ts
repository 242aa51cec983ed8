import { dictUpdate } from '../edx/dict-update.ts'
import { EMPTY_OBJECT } from '../json/json.ts'
import type { Rule } from './rule.ts'

/** `properties.context` is something that Python's `dict.update` takes; an absent one is empty. */
export const hasEventContext: Rule = draft => {
  const source = draft.properties.get('context')
  const context = source ? dictUpdate(source) : EMPTY_OBJECT
  if (!context) return 'context_invalid'
  draft.context = context
  return null
}
