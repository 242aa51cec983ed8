import type { Rule } from './rule.ts'

/** `properties.event_source` is one of the allowed channels, whatever its case; it is emitted as it was sent. */
export const comesFromAllowedChannel: Rule = (draft, { allowedChannels }) => {
  const channel = draft.properties.get('event_source')
  if (!channel?.isTruthy) return 'channel_ignored'
  if (!channel.isString) return 'event_source_invalid'
  draft.eventSource = channel.string()
  return allowedChannels.has(draft.eventSource.toLowerCase()) ? null : 'channel_ignored'
}
