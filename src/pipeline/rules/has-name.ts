import { SCREEN_NAME, THREAD_LABEL } from '../edx/screens.ts'
import { jsonString } from '../json/json.ts'
import type { Rule } from './rule.ts'

const SCREEN = jsonString(SCREEN_NAME)

/** `properties.name` is there, whatever it is. Old Android apps sent the view of a thread without a name. */
export const hasName: Rule = draft => {
  const { properties } = draft
  const label = properties.get('label')
  const fallback = label?.isString && label.string() === THREAD_LABEL ? SCREEN : undefined
  const name = properties.get('name') ?? fallback
  if (!name) return 'name_missing'
  draft.name = name
  return null
}
