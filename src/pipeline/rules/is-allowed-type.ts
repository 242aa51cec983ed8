import type { Rule } from './rule.ts'

/** `type` is one of the allowed types, whatever its case. */
export const isAllowedType: Rule = ({ root }, { allowedTypes }) => {
  const type = root.get('type')
  if (!type?.isTruthy) return 'type_ignored'
  if (!type.isString) return 'type_invalid'
  return allowedTypes.has(type.string().toLowerCase()) ? null : 'type_ignored'
}
