import type { ParseTime, Rule } from './rule.ts'

/** `receivedAt` says when Segment received the event. */
export const hasReceivedAt =
  (parse: ParseTime): Rule =>
  draft => {
    const receivedAt = draft.root.get('receivedAt')
    if (!receivedAt) return 'received_at_missing'
    const time = receivedAt.isString ? parse(receivedAt.chars()) : null
    if (time === null) return 'received_at_invalid'
    draft.receivedAt = time
    return null
  }
