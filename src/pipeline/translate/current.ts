import type { Draft } from '../draft.ts'
import { pythonDumps } from '../edx/python-json.ts'
import { isTransformed, transform } from '../edx/transformers/index.ts'
import { isText, type MappedEvent, take } from '../edx/transformers/mapped-event.ts'
import { eventId } from '../event-id.ts'
import { type Json, jsonString, jsonText, looseOr, objectText } from '../json/json.ts'
import { type Loose, type TrackingContext, type TrackingEvent, type User, Utf8Slice } from '../shapes.ts'
import { type RequestContext, requestContext } from './request-context.ts'

const EMPTY_STRING = jsonString('')
/** What edX names an event whose name is falsy. */
const UNNAMED = jsonString('unknown')
/** Of the client's own context, these are not logged; the last has a field of its own. */
const NOT_IN_CLIENT = new Set(['traits', 'integrations', 'userAgent'])

/**
 * An event for which every rule holds, and its user, to a tracking event as edX logs it today: its context, of
 * which some members get fields of their own, and then the legacy form of those events that have one.
 */
export function toCurrentEvent(draft: Draft, user: User): TrackingEvent {
  const request = requestContext(draft.raw)
  const context = contextOf(draft, request)
  const name = plain((draft.name.isTruthy ? draft.name : UNNAMED).loose())
  const source = context.get('event_source')
  const field = <A extends '' | null>(key: string, absent: A) => looseOr(take(context, key), absent)
  const fields = {
    event_source: looseOr(take(context, 'event_source'), draft.eventSource),
    host: looseOr(take(context, 'host'), request.host),
    agent: looseOr(take(context, 'agent'), draft.agent),
    ip: field('ip', ''),
    session: field('session', ''),
    referer: field('referer', ''),
    accept_language: field('accept_language', ''),
  }
  const eventType = looseOr(take(context, 'event_type'), name)
  const isBrowser = source ? isText(source, 'browser') : draft.eventSource === 'browser'
  const mapped = { name, eventType, page: field('page', null), context }
  const { event, ...legacy } = legacyForm(mapped, draft.data, isBrowser)
  return {
    id: eventId(draft.root, draft.raw),
    username: user.username,
    event_type: legacy.eventType,
    name: legacy.name,
    time: draft.time,
    ...fields,
    page: legacy.page,
    context: trackingContext(draft, user, request, context),
    event,
  }
}

const plain = (value: Loose) => (value instanceof Utf8Slice ? value.toString() : value)

/** The client's context, the event's own laid over it, and what some apps put beside that. */
function contextOf({ context, client, properties }: Draft, request: RequestContext): Map<string, Json> {
  const members = new Map(context.members())
  const appName = take(members, 'app_name')
  if (!members.has('application')) {
    const version = client?.get('app')?.get('version')
    members.set('application', application(appName ?? EMPTY_STRING, version ?? EMPTY_STRING))
  }
  for (const key of ['username', 'client_id', 'timestamp', 'user_id', 'received_at']) members.delete(key)
  if (request.course !== undefined && !members.has('course_id')) members.set('course_id', EMPTY_STRING)
  // From here on the event's own word is the last, which may leave org_id that of another course.
  for (const key of ['label', 'course_id']) {
    const value = properties.get(key)
    if (value) members.set(key, value)
  }
  return members
}

const application = (name: Json, version: Json) =>
  jsonText(
    objectText([
      ['name', name],
      ['version', version],
    ]),
  )

const asText = (members: Iterable<readonly [string, Json]>) => JSON.stringify(pythonDumps(members))

/** The event's data is logged as a text of its own where it comes from a browser. */
function legacyForm(
  mapped: Omit<MappedEvent, 'payload'>,
  data: Json,
  isBrowser: boolean,
): Omit<MappedEvent, 'context' | 'payload'> & { event: string } {
  if (!isTransformed(mapped.name)) {
    return { ...mapped, event: isBrowser ? asText(data.members()) : data.text() }
  }
  const { payload, ...fields } = transform({ ...mapped, payload: new Map(data.members()) }, isBrowser)
  return { ...fields, event: isBrowser ? asText(payload) : objectText(payload) }
}

function trackingContext(
  draft: Draft,
  user: User,
  request: RequestContext,
  context: Map<string, Json>,
): TrackingContext {
  const orgId = take(context, 'org_id')
  const courseId = take(context, 'course_id')
  const path = take(context, 'path')
  const client = take(context, 'client')
  return {
    user_id: user.id,
    course_id: looseOr(courseId, undefined),
    org_id: draft.orgId === undefined ? looseOr(orgId, request.course) : draft.orgId,
    path: looseOr(path, request.path),
    received_at: draft.receivedAt,
    client: client?.text() ?? clientText(draft.client),
    other: context.size === 0 ? undefined : objectText(context),
  }
}

const clientText = (client: Json | undefined): string =>
  objectText([...(client?.members() ?? [])].filter(([key]) => !NOT_IN_CLIENT.has(key)))
