import { EMPTY_OBJECT } from '../json/json.ts'
import type { Rule } from './rule.ts'

/** `properties` is an object; an absent one is empty. */
export const hasProperties: Rule = draft => {
  draft.properties = draft.root.get('properties') ?? EMPTY_OBJECT
  return draft.properties.isObject ? null : 'properties_invalid'
}
