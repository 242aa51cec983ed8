import type { Rule } from './rule.ts'

/**
 * Segment asks for the deletion of a person's data with an event of the type `delete`, which no view of edX
 * knows. An `action` makes it an event of the seed's, which never reads `type`.
 */
export const isNoDeletion: Rule = ({ root }) => {
  const type = root.get('type')
  if (!type?.isString || type.string().toLowerCase() !== 'delete') return null
  return root.get('action')?.isTruthy ? null : 'segment_delete'
}
