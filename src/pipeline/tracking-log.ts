import type avro from 'avsc'
import { formatLogTime } from './edx/python-strptime.ts'
import { WIRE_HEADER_BYTES } from './encode.ts'
import { Json } from './json/json.ts'

/** A record as avsc reads it by the schema of `schemas/tracking-event.avsc`. */
interface AvroEvent {
  readonly [field: string]: unknown
  readonly time: bigint
  readonly event: string
  readonly untyped: string | null
  readonly context: AvroContext
}

interface AvroContext {
  readonly [field: string]: unknown
  readonly user_id: bigint
  readonly received_at: bigint
  readonly client: string | null
  readonly other: string | null
}

/** Of avsc: reads by one schema what was written by another. */
export type Resolver = ReturnType<avro.Type['createResolver']>

/** Fields that the seed's line lacks, and so do records written before the schema had them. */
const LATER_FIELDS = ['session', 'referer', 'accept_language']

/**
 * The inverse of `eventEncoder`: a value of the output topic to its line of the tracking log, as JSON text.
 * Text, not an object, since a number's spelling would not live through one. Throws where the bytes are not
 * such a record. `resolver` is for bytes that were written by another version of the schema.
 */
export function trackingLogLine(type: avro.Type, value: Buffer, resolver?: Resolver): string {
  const record = type.fromBuffer(value.subarray(WIRE_HEADER_BYTES), resolver) as AvroEvent
  const untyped = untypedFields(record.untyped)
  const field = (name: string) => `"${name}":${untyped.get(name) ?? JSON.stringify(record[name])}`
  const optional = LATER_FIELDS.filter(name => untyped.has(name) || (record[name] ?? null) !== null)
  const members = [
    field('username'),
    field('event_type'),
    field('name'),
    field('event_source'),
    `"time":"${formatLogTime(record.time)}"`,
    `"context":${contextText(record.context, untyped)}`,
    field('page'),
    field('host'),
    field('agent'),
    field('ip'),
    `"event":${record.event}`,
    ...optional.map(field),
  ]
  return `{${members.join(',')}}`
}

function contextText(context: AvroContext, untyped: ReadonlyMap<string, string>): string {
  const members = [`"user_id":${context.user_id}`]
  for (const name of ['course_id', 'org_id', 'path']) {
    const odd = untyped.get(`context.${name}`)
    if (odd !== undefined) members.push(`"${name}":${odd}`)
    else if (context[name] !== null) members.push(`"${name}":${JSON.stringify(context[name])}`)
  }
  members.push(`"received_at":"${formatLogTime(context.received_at)}"`)
  if (context.client !== null) members.push(`"client":${context.client}`)
  if (context.other !== null) members.push(context.other.slice(1, -1))
  return `{${members.join(',')}}`
}

/** By field name, the JSON text of each value that has no place in its own field. */
function untypedFields(text: string | null): ReadonlyMap<string, string> {
  const json = text === null ? null : Json.parse(Buffer.from(text))
  return new Map(json ? [...json.members()].map(([name, value]) => [name, value.text()]) : [])
}
