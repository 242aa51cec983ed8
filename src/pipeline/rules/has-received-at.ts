import { parseSegmentTime } from '../edx/python-strptime.ts'
import type { Rule } from './rule.ts'

/** `receivedAt` says when Segment received the event. */
export const hasReceivedAt: Rule = draft => {
  const receivedAt = draft.root.get('receivedAt')
  if (!receivedAt) return 'received_at_missing'
  const time = receivedAt.isString ? parseSegmentTime(receivedAt.string()) : null
  if (time === null) return 'received_at_invalid'
  draft.receivedAt = time
  return null
}
