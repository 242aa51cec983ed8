import { EMPTY_OBJECT } from '../json/json.ts'
import type { Rule } from './rule.ts'

/** `properties.context` is an object; an absent one is empty. */
export const hasObjectContext: Rule = draft => {
  draft.context = draft.properties.get('context') ?? EMPTY_OBJECT
  return draft.context.isObject ? null : 'context_not_an_object'
}
