import { Slab } from './binary/slab.ts'
import { BinaryWriter } from './binary/writer.ts'
import { writeHeaders, written } from './headers.ts'
import { OutputRecord } from './output-record.ts'
import type { RejectedCode } from './reasons.ts'
import { createRejectionHeaders, type RejectionSettings } from './rejection-headers.ts'
import type { RawRecord, Text } from './shapes.ts'

/** What records on the two topics say of where they come from. */
export interface RouteSettings extends RejectionSettings {
  readonly outputPartitions: number
  readonly errorPartitions: number
}

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
  const { outputPartitions, errorPartitions } = settings
  const out = new Slab()
  const eventHeaders = createEventHeaders()
  const writeRejectionHeaders = createRejectionHeaders(settings)

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
      const { partition, timestamp } = raw
      out.begin()
      out.bytes(raw.key)
      out.bytes(raw.value)
      writeRejectionHeaders(out, raw, reason, message)
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
