import type { Headers, RawRecord } from '../pipeline/shapes.ts'

/** A record of the error topic, and what its headers say. */
export interface ErrorRecord {
  readonly record: RawRecord
  readonly reason: string
  readonly stage: string
  /** How often it had been sent back before it was rejected. */
  readonly replayCount: number
  /** Where it first stood on the raw topic. */
  readonly firstPlace: string
  /** Where it stood there when it was rejected. */
  readonly rawPlace: string
  /**
   * What all rejections of one raw record have in common, so that a raw record that `replay` had rejected once more
   * is sent back once: its first place and how often it was sent back.
   */
  readonly identity: string
}

export const ERROR_HEADER = (field: string) => `segedx.error.${field}`

/** Null where the headers are not those that the processor writes. */
export function readErrorRecord(record: RawRecord): ErrorRecord | null {
  const lineage = lineageOf(record.headers)
  const reason = textOf(record.headers, 'reason')
  const stage = textOf(record.headers, 'stage')
  if (!lineage || reason === undefined || stage === undefined) return null
  const { firstPlace, replayCount } = lineage
  const rawPlace = ['topic', 'partition', 'offset']
    .map(field => String(record.headers[`__streams.errors.${field}`]))
    .join('-')
  return { record, reason, stage, ...lineage, rawPlace, identity: identityOf(firstPlace, replayCount) }
}

/** The rejection that a raw record was sent back from; null where it was not. */
export function sentFrom({ headers }: RawRecord): string | null {
  const lineage = lineageOf(headers)
  return lineage && lineage.replayCount > 0 ? identityOf(lineage.firstPlace, lineage.replayCount - 1) : null
}

/** The rejection that there is if the record is rejected again after it was sent back. */
export const nextIdentity = ({ firstPlace, replayCount }: ErrorRecord): string =>
  identityOf(firstPlace, replayCount + 1)

const identityOf = (firstPlace: string, replayCount: number) => `${firstPlace}~${replayCount}`

function lineageOf(headers: Headers): { firstPlace: string; replayCount: number } | null {
  const [topic, partition, offset, count] = [
    'first-topic',
    'first-partition',
    'first-offset',
    'replay-count',
  ].map(field => textOf(headers, field))
  if (topic === undefined || !/^\d{1,6}-\d{1,15}~\d{1,6}$/.test(`${partition}-${offset}~${count}`))
    return null
  return { firstPlace: `${topic}-${partition}-${offset}`, replayCount: Number(count) }
}

const textOf = (headers: Headers, field: string): string | undefined =>
  headers[ERROR_HEADER(field)]?.toString()
