import { readFileSync } from 'node:fs'
import avro from 'avsc'

/** The translation of `ordinary-kafkajs.ts`: JSON.parse, plain objects, avsc. */

const type = avro.Type.forSchema(
  JSON.parse(readFileSync(new URL('../../schemas/tracking-event.avsc', import.meta.url), 'utf8')),
)
export const users = new Map<number, string>()

// biome-ignore lint/suspicious/noExplicitAny: what ordinary code does
type Json = Record<string, any>
type Outcome =
  | { id: string; value: Buffer }
  | { ignored: true }
  | { stage: string; reason: string; message: string }

const ELSEWHERE = new Set(
  'client course_id org_id user_id received_at path username session ip agent host client_id'.split(' '),
)
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (value === undefined || value === null ? null : String(value))
const rejected = (stage: string, reason: string, message: string): Outcome => ({ stage, reason, message })

export function translate(
  raw: Buffer | null,
  place: string,
  headers: Record<string, string | undefined>,
): Outcome {
  let event: Json
  try {
    event = JSON.parse(String(raw))
  } catch {
    return rejected('decode', 'malformed_json', 'The value is not JSON text in UTF-8')
  }
  if (!isObject(event)) return rejected('check', 'not_an_object', 'The event is JSON but not an object')
  const properties = event['properties'] ?? {}
  if (!['mobile'].includes(String(properties.event_source).toLowerCase())) return { ignored: true }
  if (!['track', 'screen'].includes(String(event['action']).toLowerCase())) return { ignored: true }
  const userId = Number(event['userId'])
  if (!userId) return rejected('check', 'user_id_invalid', 'Unable to parse userId as an integer')
  const username = users.get(userId)
  if (username === undefined) return rejected('resolve', 'user_unknown', 'Specified user does not exist')
  const time = timeOf(event['timestamp'])
  if (Number.isNaN(time)) {
    const message = 'The timestamp field is not a time of a form that the rules read'
    return rejected('translate', 'timestamp_invalid', message)
  }
  if (properties.event_type === undefined) {
    const message = 'The event_type field must be specified in the properties dictionary'
    return rejected('translate', 'event_type_missing', message)
  }
  const id = event['messageId'] ?? place
  const avroBytes = type.toBuffer(recordOf(event, { id, username, userId, time, headers }))
  const head = Buffer.alloc(5)
  head.writeInt32BE(Number(process.env['SCHEMA_ID']), 1)
  return { id, value: Buffer.concat([head, avroBytes]) }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$/
const timeOf = (text: unknown) => (TIME.test(String(text)) ? Date.parse(String(text)) * 1_000 : Number.NaN)

function recordOf(
  event: Json,
  known: {
    id: string
    username: string
    userId: number
    time: number
    headers: Record<string, string | undefined>
  },
) {
  const { properties, context } = event as { properties: Json; context?: Json }
  const own: Json = properties['context'] ?? {}
  const other = Object.fromEntries(Object.entries(own).filter(([name]) => !ELSEWHERE.has(name)))
  const course = textOf(own['course_id']) ?? ''
  return {
    id: known.id,
    username: known.username,
    event_type: textOf(properties['event_type']),
    name: textOf(properties['name']) ?? '',
    event_source: properties['event_source'],
    time: known.time,
    context: {
      user_id: known.userId,
      course_id: course,
      org_id: /^(?:course-v1|library-v1|ccx-v1):([\w\-~.:]+)\+/.exec(course)?.[1] ?? '',
      path: known.headers['webhook-path'] ?? null,
      received_at: timeOf(event['receivedAt']),
      client: context ? JSON.stringify(context) : null,
      other: Object.keys(other).length > 0 ? JSON.stringify(other) : null,
    },
    page: textOf(properties['page']),
    host: known.headers['webhook-host'] ?? '',
    agent: textOf(context?.['userAgent']) ?? '',
    ip: textOf(properties['ip']) ?? '',
    event: JSON.stringify(properties['event'] ?? {}),
    untyped: null,
    session: null,
    referer: null,
    accept_language: null,
  }
}
