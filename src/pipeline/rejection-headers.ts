import { BinaryWriter } from './binary/writer.ts'
import { countOf, type Header, writeHeaders, written } from './headers.ts'
import { ofSharedHeaders } from './headers-memo.ts'
import { REASONS, type RejectedCode } from './reasons.ts'
import type { Headers, HeaderValue, RawRecord } from './shapes.ts'

/** Own headers of an error record; a raw record that was sent back carries them, and they are replaced. */
const OWN_HEADER = /^(__streams\.errors\.|segedx\.error\.)/
const [OFFSET, FIRST_OFFSET, FIRST_TIMESTAMP] = [
  '__streams.errors.offset',
  'segedx.error.first-offset',
  'segedx.error.first-timestamp',
]

export interface RejectionSettings {
  readonly consumerGroup: string
  /** The product's version. */
  readonly version: string
}

/** Writes a raw record's headers, its own and those that say why it is on the error topic. */
export type WriteRejectionHeaders = (
  out: BinaryWriter,
  raw: RawRecord,
  reason: RejectedCode,
  message: string,
) => void

export function createRejectionHeaders(settings: RejectionSettings): WriteRejectionHeaders {
  const likeBefore = createPieces(settings)
  return (out, raw, reason, message) => {
    const { others, othersCount, own } = sortedHeaders(raw.headers)
    const { offset, timestamp } = raw
    if (own || timestamp < 0) {
      const headers = headersOf(raw, reason, message, own, settings)
      out.long(othersCount + countOf(headers))
      out.raw(others)
      writeHeaders(out, headers)
      return
    }
    const { count, pieces } = likeBefore(raw, reason, message)
    out.long(othersCount + count)
    out.raw(others)
    out.raw(pieces[0])
    out.digits(offset)
    out.raw(pieces[1])
    out.digits(offset)
    out.raw(pieces[2])
    out.digits(timestamp)
  }
}

function headersOf(
  { topic, partition, offset, timestamp }: RawRecord,
  reason: RejectedCode,
  message: string,
  own: Headers | null,
  { consumerGroup, version }: RejectionSettings,
): Header[] {
  const carried = (field: string, otherwise: string | number): HeaderValue | HeaderValue[] =>
    own?.[`segedx.error.${field}`] ?? String(otherwise)
  return [
    ['__streams.errors.exception', reason],
    ['__streams.errors.message', message],
    ['__streams.errors.topic', topic],
    ['__streams.errors.partition', String(partition)],
    [OFFSET, String(offset)],
    ['segedx.error.reason', reason],
    ['segedx.error.stage', REASONS[reason].stage],
    ['segedx.error.group', consumerGroup],
    ['segedx.error.version', version],
    ['segedx.error.replay-count', carried('replay-count', 0)],
    ['segedx.error.first-topic', carried('first-topic', topic)],
    ['segedx.error.first-partition', carried('first-partition', partition)],
    [FIRST_OFFSET, carried('first-offset', offset)],
    [FIRST_TIMESTAMP, carried('first-timestamp', timestamp)],
  ]
}

/** Headers as bytes but for the values of three, each of which ends a piece: the offset twice, and the time. */
interface Pieces {
  readonly topic: string
  readonly message: string
  readonly count: number
  readonly pieces: readonly [Buffer, Buffer, Buffer]
}

/** They are the same for all that is rejected of a partition for one reason. */
function createPieces(
  settings: RejectionSettings,
): (raw: RawRecord, reason: RejectedCode, message: string) => Pieces {
  const known = new Map<RejectedCode, Pieces[]>()
  return (raw, reason, message) => {
    const { topic, partition } = raw
    const ofReason = known.get(reason) ?? []
    const before = ofReason[partition]
    if (before?.topic === topic && before.message === message) return before
    const headers = headersOf(raw, reason, message, null, settings)
    const pieces = { topic, message, count: countOf(headers), pieces: cut(headers) }
    ofReason[partition] = pieces
    known.set(reason, ofReason)
    return pieces
  }
}

function cut(headers: readonly Header[]): Pieces['pieces'] {
  let from = 0
  const upTo = (last: string): Buffer => {
    const out = new BinaryWriter(500)
    const at = headers.findIndex(([name]) => name === last)
    writeHeaders(out, headers.slice(from, at))
    out.text(last)
    from = at + 1
    return written(out)
  }
  return [upTo(OFFSET), upTo(FIRST_OFFSET), upTo(FIRST_TIMESTAMP)]
}

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
