import { SCREEN_NAME, THREAD_LABEL } from '../edx/screens.ts'
import type { Rule } from './rule.ts'

/** Of the screens that a learner sees, only a thread of the forum becomes a tracking event. */
export const isWantedScreen: Rule = ({ name, properties, context }) => {
  if (!name.isString || name.string() !== SCREEN_NAME) return null
  const label = properties.get('label') ?? context.get('label')
  return label?.isString && label.string() === THREAD_LABEL ? null : 'screen_ignored'
}
