import type { RejectedCode } from './reasons.ts'
import { REASONS } from './reasons.ts'
import type { Headers, HeaderValue, OutputRecord, RawRecord } from './shapes.ts'

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
  const carried = (field: string, otherwise: string): HeaderValue | HeaderValue[] =>
    raw.headers[`segedx.error.${field}`] ?? otherwise
  return {
    to: 'errors',
    partition: raw.partition % settings.errorPartitions,
    key: raw.key,
    value: raw.value,
    timestamp: raw.timestamp,
    headers: {
      ...foreignHeaders(raw.headers),
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

const foreignHeaders = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADER.test(name)))

/** Bytes of a record in its batch, at most: lengths, deltas and the batch's own header included. */
export function recordBytes({
  key,
  value,
  headers,
}: Pick<OutputRecord, 'key' | 'value' | 'headers'>): number {
  let bytes = 61 + 32 + (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, header] of Object.entries(headers))
    for (const one of Array.isArray(header) ? header : [header ?? ''])
      bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(one)
  return bytes
}
