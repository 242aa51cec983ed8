import type { Rule } from './rule.ts'

/** `properties.data` is an object: what happened. */
export const hasData: Rule = draft => {
  const data = draft.properties.get('data')
  if (!data) return 'data_missing'
  if (!data.isObject) return 'data_invalid'
  draft.data = data
  return null
}
