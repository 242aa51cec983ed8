import type { ParseTime, Rule } from './rule.ts'

/** `timestamp` says when the event happened, by the device's own clock. */
export const hasTimestamp =
  (parse: ParseTime): Rule =>
  draft => {
    const timestamp = draft.root.get('timestamp')
    if (!timestamp) return 'timestamp_missing'
    const time = timestamp.isString ? parse(timestamp.chars()) : null
    if (time === null) return 'timestamp_invalid'
    draft.time = time
    return null
  }
