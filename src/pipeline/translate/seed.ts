import type { Draft } from '../draft.ts'
import { eventId } from '../event-id.ts'
import { type Json, looseOr } from '../json/json.ts'
import { membersText } from '../json/members-text.ts'
import type { Loose, TrackingContext, TrackingEvent, User } from '../shapes.ts'
import { type RequestContext, requestContext } from './request-context.ts'

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
  let courseId: Loose | undefined = request.course
  let orgId: Loose | undefined = request.course
  let path: Loose | undefined = request.path
  let client = draft.client?.utf8()
  const others: [string, Json][] = []
  for (const member of draft.context.members()) {
    const [key, value] = member
    switch (key) {
      case 'course_id':
        courseId = value.loose()
        break
      case 'org_id':
        orgId = value.loose()
        break
      case 'path':
        path = value.loose()
        break
      case 'client':
        client = value.utf8()
        break
      case 'user_id': // the server's own values win
      case 'received_at':
        break
      case 'username': // edX's shim takes these out: they have fields of their own
      case 'session':
      case 'ip':
      case 'agent':
      case 'host':
      case 'client_id':
        break
      default:
        others.push(member)
    }
  }
  return {
    user_id: user.id,
    course_id: courseId,
    org_id: draft.orgId === undefined ? orgId : draft.orgId,
    path,
    received_at: draft.receivedAt,
    client,
    other: others.length === 0 ? undefined : membersText(others),
  }
}
