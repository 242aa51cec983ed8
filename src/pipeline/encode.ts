import avro from 'avsc'
import { LONG_AS_BIGINT } from './avro-long.ts'
import { AvroWriter, writeOf } from './avro-writer.ts'
import { JsonText, type Loose, type TrackingContext, type TrackingEvent } from './shapes.ts'

/** Bytes before the Avro data in the Confluent wire format: a zero and the schema's id, big-endian. */
export const WIRE_HEADER_BYTES = 5

export type EncodeEvent = (event: TrackingEvent) => Buffer

/** The schema as an avsc type whose longs are bigints: a time in microseconds outgrows a double's 2^53. */
export const trackingEventType = (schema: string): avro.Type =>
  avro.Type.forSchema(JSON.parse(schema), {
    typeHook: node =>
      (typeof node === 'object' && 'type' in node && node.type === 'long') || node === 'long'
        ? LONG_AS_BIGINT
        : undefined,
  })

/** Makes the encoder of tracking events into the Confluent wire format. The buffers it returns stay as they are. */
export function eventEncoder(type: avro.Type, schemaId: number): EncodeEvent {
  const writer = new AvroWriter()
  const write = writeOf(type)
  return event => {
    writer.drop() // what an error left behind
    writer.byte(0)
    for (let shift = 24; shift >= 0; shift -= 8) writer.byte((schemaId >> shift) & 0xff)
    write(writer, avroValue(event) as never)
    return writer.take()
  }
}

/** The event as the schema's record. What fits no field goes into `untyped`, under the field's name. */
function avroValue(event: TrackingEvent): unknown {
  let untyped = ''
  const note = (field: string, json: string): null => {
    untyped += `${untyped === '' ? '{' : ','}${JSON.stringify(field)}:${json}`
    return null
  }
  const text = (field: string, value: Loose): string | null =>
    value instanceof JsonText ? note(field, value.text) : value
  /** Of a field that may be absent: null alone says that it is. */
  const optional = (field: string, value: Loose | undefined): string | null => {
    if (value === undefined) return null
    return value === null ? note(field, 'null') : text(field, value)
  }
  const contextText = (field: keyof TrackingContext, value: Loose | undefined): string | null =>
    optional(`context.${field}`, value)
  const { context } = event
  return {
    id: event.id,
    username: event.username,
    event_type: text('event_type', event.event_type),
    name: text('name', event.name),
    event_source: text('event_source', event.event_source),
    time: event.time,
    context: {
      user_id: BigInt(context.user_id),
      course_id: contextText('course_id', context.course_id),
      org_id: contextText('org_id', context.org_id),
      path: contextText('path', context.path),
      received_at: context.received_at,
      client: context.client ?? null,
      other: context.other ?? null,
    },
    page: text('page', event.page),
    host: text('host', event.host),
    agent: text('agent', event.agent),
    ip: text('ip', event.ip),
    event: event.event,
    session: optional('session', event.session),
    referer: optional('referer', event.referer),
    accept_language: optional('accept_language', event.accept_language),
    // Last, since the fields above write it.
    untyped: untyped === '' ? null : `${untyped}}`,
  }
}
