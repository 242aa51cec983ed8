import type { Rule } from './rule.ts'

/** `action` is one of the allowed actions, whatever its case. */
export const isAllowedAction: Rule = ({ root }, { allowedActions }) => {
  const action = root.get('action')
  if (!action?.isTruthy) return 'action_ignored'
  if (!action.isString) return 'action_invalid'
  return allowedActions.has(action.string().toLowerCase()) ? null : 'action_ignored'
}
