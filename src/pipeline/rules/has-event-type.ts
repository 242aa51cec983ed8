import type { Rule } from './rule.ts'

/** `properties.event_type` is there, whatever it is. */
export const hasEventType: Rule = draft => {
  const eventType = draft.properties.get('event_type')
  if (!eventType) return 'event_type_missing'
  draft.eventType = eventType.loose()
  return null
}
