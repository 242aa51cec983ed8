import { parseUserId } from '../edx/user-id.ts'
import type { Rule } from './rule.ts'

/** `userId` is truthy and an integer in Python's eyes. */
export const namesUser: Rule = draft => {
  const userId = draft.root.get('userId')
  if (!userId?.isTruthy) return 'user_id_missing'
  const id = parseUserId(userId)
  if (id === null) return 'user_id_invalid'
  draft.userId = id === 'huge' ? null : id
  return null
}
