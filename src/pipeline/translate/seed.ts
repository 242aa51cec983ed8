import type { Draft } from '../draft.ts'
import { eventId } from '../event-id.ts'
import { looseOr } from '../json/json.ts'
import { membersBut } from '../json/members-text.ts'
import type { TrackingContext, TrackingEvent, User } from '../shapes.ts'
import { type RequestContext, requestContext } from './request-context.ts'

/** Of the event's context: what has fields of its own, what the server knows better, what edX's shim takes out. */
const NOT_OTHERS = new Set([
  ...['course_id', 'org_id', 'path', 'client'],
  ...['user_id', 'received_at'],
  ...['username', 'session', 'ip', 'agent', 'host', 'client_id'],
])

/** An event for which every rule holds, and its user, to a tracking event as the seed's view logs it. */
export function toSeedEvent(draft: Draft, user: User): TrackingEvent {
  const { properties, raw } = draft
  const request = requestContext(raw)
  const event = properties.get('event')
  return {
    id: eventId(draft.root, raw),
    username: user.username,
    event_type: draft.eventType,
    name: looseOr(properties.get('name'), ''),
    event_source: draft.eventSource,
    time: draft.time,
    context: contextOf(draft, user, request),
    page: looseOr(properties.get('page'), null),
    host: looseOr(draft.context.get('host'), request.host),
    agent: draft.agent,
    ip: looseOr(properties.get('ip'), ''),
    session: undefined,
    referer: undefined,
    accept_language: undefined,
    event: event ? event.utf8() : '{}',
  }
}

/** The request's context, the client's, the event's own laid over both, and last what the server knows. */
function contextOf(draft: Draft, user: User, request: RequestContext): TrackingContext {
  const { context } = draft
  return {
    user_id: user.id,
    course_id: looseOr(context.get('course_id'), request.course),
    org_id: draft.orgId === undefined ? looseOr(context.get('org_id'), request.course) : draft.orgId,
    path: looseOr(context.get('path'), request.path),
    received_at: draft.receivedAt,
    client: (context.get('client') ?? draft.client)?.utf8(),
    other: membersBut(context, NOT_OTHERS),
  }
}
