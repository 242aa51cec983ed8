import type { Rule } from './rule.ts'

/** `properties`, where it is truthy, is an object. */
export const hasPropertiesIfAny: Rule = draft => {
  const properties = draft.root.get('properties')
  if (!properties?.isTruthy) return null
  if (!properties.isObject) return 'properties_invalid'
  draft.properties = properties
  return null
}
