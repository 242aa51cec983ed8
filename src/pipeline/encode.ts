import avro from 'avsc'
import { LONG_AS_BIGINT } from './avro-long.ts'
import type { BinaryWriter } from './binary/writer.ts'
import { JsonText, type Loose, type Text, type TrackingEvent } from './shapes.ts'

/*
 * A tracking event to Avro's binary form: the schema says in which order, the tables below how each field is written.
 * avsc, which works for any schema, takes twice as long; it reads it all again in the tests.
 */

/** Bytes before the Avro data in the Confluent wire format: a zero and the schema's id, big-endian. */
export const WIRE_HEADER_BYTES = 5

/** Writes an event behind what was written before. */
export type EncodeEvent = (event: TrackingEvent, out: BinaryWriter) => void

/** The schema as an avsc type whose longs are bigints: a time in microseconds outgrows a double's 2^53. */
export const trackingEventType = (schema: string): avro.Type =>
  avro.Type.forSchema(JSON.parse(schema), {
    typeHook: node =>
      (typeof node === 'object' && 'type' in node && node.type === 'long') || node === 'long'
        ? LONG_AS_BIGINT
        : undefined,
  })

/** How a field is written that is of the type beside it. */
type Fields<E> = Readonly<
  Record<string, readonly [typeName: string, write: (out: EventWriter, event: E) => void]>
>

const STRING = 'string'
const LONG = 'abstract:long'
/** Of null, which comes first, and a string. */
const OPTIONAL = 'null|string'
const RECORD = 'record'

function nameOf(type: avro.Type): string {
  const branches = (type as Partial<avro.types.UnwrappedUnionType>).types
  return branches?.map(({ typeName }) => typeName).join('|') ?? type.typeName
}

const CONTEXT: Fields<TrackingEvent['context']> = {
  user_id: [LONG, (out, { user_id }) => out.long(user_id)],
  course_id: [OPTIONAL, (out, { course_id }) => out.optional('context.course_id', course_id)],
  org_id: [OPTIONAL, (out, { org_id }) => out.optional('context.org_id', org_id)],
  path: [OPTIONAL, (out, { path }) => out.optional('context.path', path)],
  received_at: [LONG, (out, { received_at }) => out.long(received_at)],
  client: [OPTIONAL, (out, { client }) => out.textOrNull(client)],
  other: [OPTIONAL, (out, { other }) => out.textOrNull(other)],
}

const EVENT: Fields<TrackingEvent> = {
  id: [STRING, (out, { id }) => out.text(id)],
  username: [STRING, (out, { username }) => out.text(username)],
  event_type: [OPTIONAL, (out, { event_type }) => out.loose('event_type', event_type)],
  name: [OPTIONAL, (out, { name }) => out.loose('name', name)],
  event_source: [OPTIONAL, (out, { event_source }) => out.loose('event_source', event_source)],
  time: [LONG, (out, { time }) => out.long(time)],
  page: [OPTIONAL, (out, { page }) => out.loose('page', page)],
  host: [OPTIONAL, (out, { host }) => out.loose('host', host)],
  agent: [OPTIONAL, (out, { agent }) => out.loose('agent', agent)],
  ip: [OPTIONAL, (out, { ip }) => out.loose('ip', ip)],
  event: [STRING, (out, { event }) => out.text(event)],
  untyped: [
    OPTIONAL,
    (out, { session, referer, accept_language }) => {
      // Fields behind this one, whose values it may have to hold, too.
      out.noteOptional('session', session)
      out.noteOptional('referer', referer)
      out.noteOptional('accept_language', accept_language)
      out.writeUntyped()
    },
  ],
  session: [OPTIONAL, (out, { session }) => out.textOrNull(session)],
  referer: [OPTIONAL, (out, { referer }) => out.textOrNull(referer)],
  accept_language: [OPTIONAL, (out, { accept_language }) => out.textOrNull(accept_language)],
}

/** Makes the encoder of tracking events into the Confluent wire format. */
export function eventEncoder(type: avro.Type, schemaId: number): EncodeEvent {
  const writer = new EventWriter()
  const writeContext = fieldsWriter(fieldOf(type, 'context'), CONTEXT)
  const write = fieldsWriter<TrackingEvent>(type, {
    ...EVENT,
    context: [RECORD, (to, { context }) => writeContext(to, context)],
  })
  const head = Buffer.alloc(WIRE_HEADER_BYTES)
  head.writeInt32BE(schemaId, 1)
  return (event, out) => {
    out.raw(head)
    writer.begin(out)
    write(writer, event)
  }
}

/** A field that only another version of the schema has is null. Throws where it cannot be that, or a field is of another type. */
function fieldsWriter<E>(type: avro.Type, table: Fields<E>): (out: EventWriter, event: E) => void {
  const writes = (type as avro.types.RecordType).fields.map(({ name, type: of }) => {
    const [known, write] = table[name] ?? [OPTIONAL, isNull]
    const typeName = nameOf(of)
    if (known === typeName) return write
    throw new Error(
      `The schema has a field ${name} of type ${typeName}: src/pipeline/encode.ts cannot write it`,
    )
  })
  return (out, event) => {
    for (let i = 0; i < writes.length; i++) (writes[i] as (typeof writes)[number])(out, event)
  }
}

const isNull = (out: EventWriter) => out.isNull()

const fieldOf = (type: avro.Type, name: string): avro.Type =>
  (type as avro.types.RecordType).fields.find(field => field.name === name)?.type as avro.Type

/** What fits no field goes into `untyped`, under the field's name. */
class EventWriter {
  #out!: BinaryWriter
  #untyped = ''

  begin(out: BinaryWriter): void {
    this.#out = out
    this.#untyped = ''
  }

  long(value: bigint | number): void {
    this.#out.long(value)
  }

  text(value: Text): void {
    this.#out.text(value)
  }

  /** The first branch of a union with null. */
  isNull(): void {
    this.#out.byte(0)
  }

  loose(field: string, value: Loose): void {
    if (value instanceof JsonText) this.#note(field, value.text)
    this.textOrNull(value)
  }

  /** Of a field that may be absent: null alone says that it is. */
  optional(field: string, value: Loose | undefined): void {
    this.noteOptional(field, value)
    this.textOrNull(value)
  }

  noteOptional(field: string, value: Loose | undefined): void {
    if (value === null) this.#note(field, 'null')
    else if (value instanceof JsonText) this.#note(field, value.text)
  }

  textOrNull(value: Loose | undefined): void {
    if (value === null || value === undefined || value instanceof JsonText) this.isNull()
    else {
      this.#out.byte(2) // the second branch
      this.#out.text(value)
    }
  }

  writeUntyped(): void {
    this.textOrNull(this.#untyped === '' ? null : `${this.#untyped}}`)
  }

  #note(field: string, json: string): void {
    this.#untyped += `${this.#untyped === '' ? '{' : ','}${JSON.stringify(field)}:${json}`
  }
}
