import { Slab } from './binary/slab.ts'
import { BinaryWriter } from './binary/writer.ts'
import { ofSharedHeaders } from './headers-memo.ts'
import { OutputRecord } from './output-record.ts'
import type { RejectedCode } from './reasons.ts'
import { REASONS } from './reasons.ts'
import type { Headers, HeaderValue, RawRecord, Text } from './shapes.ts'

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

/** Writes what becomes of raw records. */
export interface Router {
  /**
   * An Avro value, as `write` writes it, about as long as `likelyBytes`, to its record on the output topic, in
   * CloudEvents' binary mode.
   */
  event(raw: RawRecord, id: Text, likelyBytes: number, write: (out: BinaryWriter) => void): OutputRecord
  /** A rejected raw record to its record on the error topic: its own bytes and headers, and why it is there. */
  rejection(raw: RawRecord, reason: RejectedCode, message: string): OutputRecord
}

export function createRouter(settings: RouteSettings): Router {
  const { outputPartitions, errorPartitions, consumerGroup, version } = settings
  const out = new Slab()
  const eventHeaders = createEventHeaders()

  return {
    event(raw, id, likelyBytes, write) {
      const { partition, timestamp } = raw
      out.begin()
      out.bytes(raw.key)
      const start = out.beginSized(likelyBytes)
      write(out)
      out.endSized(start, likelyBytes)
      const { before, between } = eventHeaders(raw)
      out.raw(before)
      out.text(id)
      out.raw(between)
      out.digits(raw.offset)
      return new OutputRecord('output', partition % outputPartitions, timestamp, out.take())
    },

    rejection(raw, reason, message) {
      const { topic, partition, offset, timestamp } = raw
      const { others, othersCount, own } = sortedHeaders(raw.headers)
      const carried = (field: string, otherwise: string | number): HeaderValue | HeaderValue[] =>
        own?.[`segedx.error.${field}`] ?? String(otherwise)
      const headers: [name: string, value: HeaderValue | HeaderValue[]][] = [
        ['__streams.errors.exception', reason],
        ['__streams.errors.message', message],
        ['__streams.errors.topic', topic],
        ['__streams.errors.partition', String(partition)],
        ['__streams.errors.offset', String(offset)],
        ['segedx.error.reason', reason],
        ['segedx.error.stage', REASONS[reason].stage],
        ['segedx.error.group', consumerGroup],
        ['segedx.error.version', version],
        ['segedx.error.replay-count', carried('replay-count', 0)],
        ['segedx.error.first-topic', carried('first-topic', topic)],
        ['segedx.error.first-partition', carried('first-partition', partition)],
        ['segedx.error.first-offset', carried('first-offset', offset)],
        ['segedx.error.first-timestamp', carried('first-timestamp', timestamp)],
      ]
      out.begin()
      out.bytes(raw.key)
      out.bytes(raw.value)
      out.long(othersCount + countOf(headers))
      out.raw(others)
      writeHeaders(out, headers)
      return new OutputRecord('errors', partition % errorPartitions, timestamp, out.take())
    },
  }
}

/** The headers of an event but for its id, which stands between them, and its offset, which ends them. */
interface EventHeaders {
  readonly topic: string
  readonly before: Buffer
  readonly between: Buffer
}

/** They are the same for all events of a partition. */
function createEventHeaders(): (raw: RawRecord) => EventHeaders {
  const known: EventHeaders[] = []
  return ({ topic, partition }) => {
    const before = known[partition]
    if (before?.topic === topic) return before
    const first = new BinaryWriter(100)
    first.long(7)
    writeHeaders(first, [['ce_specversion', '1.0']])
    first.text('ce_id')
    const second = new BinaryWriter(200)
    writeHeaders(second, [
      ['ce_type', 'edx.tracking.event.v1'],
      ['ce_source', `segment-to-edx/${topic}`],
      ['content-type', 'application/avro'],
      ['source-partition', String(partition)],
    ])
    second.text('source-offset')
    const headers = { topic, before: written(first), between: written(second) }
    known[partition] = headers
    return headers
  }
}

type Header = readonly [name: string, value: HeaderValue | readonly HeaderValue[] | undefined]

function writeHeaders(out: BinaryWriter, headers: readonly Header[]): void {
  for (const [name, value] of headers) {
    for (const one of valuesOf(value)) {
      out.text(name)
      if (typeof one === 'string') out.text(one)
      else out.bytes(one)
    }
  }
}

const countOf = (headers: readonly Header[]) =>
  headers.reduce((sum, [, value]) => sum + valuesOf(value).length, 0)

/** A header without a value is null. */
const valuesOf = (value: Header[1]): readonly (HeaderValue | null)[] =>
  Array.isArray(value) ? value : [(value as HeaderValue | undefined) ?? null]

const written = ({ buffer, at }: BinaryWriter) => buffer.subarray(0, at)

interface SortedHeaders {
  /** As they are written. */
  readonly others: Buffer
  readonly othersCount: number
  /** Null where there are none, as in every record that was not sent back. */
  readonly own: Headers | null
}

const sortedHeaders = ofSharedHeaders((headers): SortedHeaders => {
  const entries = Object.entries(headers)
  const others = entries.filter(([name]) => !OWN_HEADER.test(name))
  const out = new BinaryWriter(100)
  writeHeaders(out, others)
  return {
    others: written(out),
    othersCount: countOf(others),
    own: others.length < entries.length ? headers : null,
  }
})
