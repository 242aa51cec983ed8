import type { RejectedCode } from './reasons.ts'
import { REASONS } from './reasons.ts'
import type { Headers, HeaderValue, OutputRecord, RawRecord } from './shapes.ts'
import { ofSharedHeaders } from './shared-headers.ts'

/** What records on the two topics say of where they come from. */
export interface RouteSettings {
  readonly outputPartitions: number
  readonly errorPartitions: number
  readonly consumerGroup: string
  /** The product's version. */
  readonly version: string
}

/** Own headers of an error record; a raw record that was sent back carries them, and they are replaced. */
const OWN_HEADER = /^(__streams\.errors\.|segedx\.error\.)/

/** An Avro value to its record on the output topic, in CloudEvents' binary mode. */
export function routeEvent(raw: RawRecord, id: string, value: Buffer, settings: RouteSettings): OutputRecord {
  return {
    to: 'output',
    partition: raw.partition % settings.outputPartitions,
    key: raw.key,
    value,
    timestamp: raw.timestamp,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: 'edx.tracking.event.v1',
      ce_source: `segment-to-edx/${raw.topic}`,
      'content-type': 'application/avro',
      'source-partition': String(raw.partition),
      'source-offset': String(raw.offset),
    },
  }
}

/** A rejected raw record to its record on the error topic: its own bytes and headers, and why it is there. */
export function routeRejection(
  raw: RawRecord,
  reason: RejectedCode,
  message: string,
  settings: RouteSettings,
): OutputRecord {
  const { others, own } = sortedHeaders(raw.headers)
  const carried = (field: string, otherwise: string): HeaderValue | HeaderValue[] =>
    own === null ? otherwise : (own[`segedx.error.${field}`] ?? otherwise)
  return {
    to: 'errors',
    partition: raw.partition % settings.errorPartitions,
    key: raw.key,
    value: raw.value,
    timestamp: raw.timestamp,
    headers: {
      ...others,
      '__streams.errors.exception': reason,
      '__streams.errors.message': message,
      '__streams.errors.topic': raw.topic,
      '__streams.errors.partition': String(raw.partition),
      '__streams.errors.offset': String(raw.offset),
      'segedx.error.reason': reason,
      'segedx.error.stage': REASONS[reason].stage,
      'segedx.error.group': settings.consumerGroup,
      'segedx.error.version': settings.version,
      'segedx.error.replay-count': carried('replay-count', '0'),
      'segedx.error.first-topic': carried('first-topic', raw.topic),
      'segedx.error.first-partition': carried('first-partition', String(raw.partition)),
      'segedx.error.first-offset': carried('first-offset', String(raw.offset)),
      'segedx.error.first-timestamp': carried('first-timestamp', String(raw.timestamp)),
    },
  }
}

interface SortedHeaders {
  readonly others: Headers
  /** Null where there are none, as in every record that was not sent back. */
  readonly own: Headers | null
}

const sortedHeaders = ofSharedHeaders((headers): SortedHeaders => {
  const entries = Object.entries(headers)
  const others = entries.filter(([name]) => !OWN_HEADER.test(name))
  return { others: Object.fromEntries(others), own: others.length < entries.length ? headers : null }
})

/** Of lengths, deltas and the batch's own head, at most. */
const OVERHEAD_BYTES = 61 + 32
const HEADER_OVERHEAD_BYTES = 10

type Sized = Pick<OutputRecord, 'key' | 'value' | 'headers'>

/** Bytes of a record in its batch, at most. */
export const recordBytes = (record: Sized): number => bytesOf(record, Buffer.byteLength)

/** The same, more quickly and not to the byte: no text takes more than three bytes a character. */
export const mostRecordBytes = (record: Sized): number => bytesOf(record, text => 3 * text.length)

function bytesOf({ key, value, headers }: Sized, textBytes: (text: string) => number): number {
  const headerBytes = (name: string, header: HeaderValue): number =>
    HEADER_OVERHEAD_BYTES + textBytes(name) + (typeof header === 'string' ? textBytes(header) : header.length)
  let bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  for (const name in headers) {
    const header = headers[name]
    if (Array.isArray(header)) for (const one of header) bytes += headerBytes(name, one)
    else bytes += headerBytes(name, header ?? '')
  }
  return bytes
}

/** More than the headers of an event ever come to. */
const EVENT_HEADERS_BYTES = 4 * 1024

/** Whether an event's record is over the limit; it is reckoned to the byte only where it may be. */
export const isOver = (limit: number, record: Sized): boolean =>
  (record.key?.length ?? 0) + (record.value?.length ?? 0) + EVENT_HEADERS_BYTES > limit &&
  recordBytes(record) > limit
