import type { RawRecord } from '../pipeline/shapes.ts'
import type { Spans, TopicReader } from '../ports.ts'

/** The tracking-log line of a value of the output topic; null where the value is nothing of ours. */
type LineOf = (value: Buffer | null) => Promise<string | null>

export interface ExportOptions {
  readonly topic: string
  readonly spans: Spans
  readonly reader: TopicReader
  readonly isInTime: (timestamp: number) => boolean
  readonly lineOf: LineOf
  /** Write every record, and not only the last of each (key, id) in the range. */
  readonly repeats: boolean
  /** Go on with what comes, until the signal; repeats are written then, since the last is never known. */
  readonly follow: boolean
  /** Told of each record that is read: twice where repeats are looked for first. */
  readonly onRead: () => void
  readonly signal: AbortSignal
}

/** Counted as the lines are taken. */
export interface ExportSummary {
  read: number
  lines: number
  repeats: number
  /** Where records stand that are no tracking events. */
  readonly unreadable: string[]
}

const BLOCK_CHARACTERS = 65_536

/** The tracking log of a range, partition after partition, in blocks of whole lines. */
export async function* exportLines(options: ExportOptions, summary: ExportSummary): AsyncGenerator<string> {
  const { spans, follow } = options
  if (follow) {
    const open = new Map([...spans].map(([partition, { from }]) => [partition, { from, to: Infinity }]))
    for await (const line of linesOf(options, open, null, summary)) yield line
    return
  }
  for (const span of spans) {
    const only = new Map([span])
    const last = options.repeats ? null : await lastOffsets(options, only)
    let block = ''
    for await (const line of linesOf(options, only, last, summary)) {
      block += line
      if (block.length < BLOCK_CHARACTERS) continue
      yield block
      block = ''
    }
    if (block !== '') yield block
  }
}

async function* linesOf(
  { reader, topic, isInTime, lineOf, onRead, signal }: ExportOptions,
  spans: Spans,
  last: ReadonlyMap<string, number> | null,
  summary: ExportSummary,
): AsyncGenerator<string> {
  for await (const record of reader.read(topic, spans, signal)) {
    onRead()
    summary.read++
    if (!isInTime(record.timestamp)) continue
    if (last && last.get(identityOf(record)) !== record.offset) {
      summary.repeats++
      continue
    }
    const line = await lineOf(record.value)
    if (line === null) {
      summary.unreadable.push(`${record.partition}:${record.offset}`)
      continue
    }
    summary.lines++
    yield `${line}\n`
  }
}

/** Where the last record of each identity stands. The records of a key are all in one partition. */
async function lastOffsets(
  { reader, topic, isInTime, onRead, signal }: ExportOptions,
  spans: Spans,
): Promise<Map<string, number>> {
  const last = new Map<string, number>()
  for await (const record of reader.read(topic, spans, signal)) {
    onRead()
    if (isInTime(record.timestamp)) last.set(identityOf(record), record.offset)
  }
  return last
}

/** What repeats of a record have in common: its key, and its id as the header says it. */
function identityOf({ key, headers, partition, offset }: RawRecord): string {
  const id = headers['ce_id']?.toString() ?? `${partition}:${offset}`
  return `${key?.toString('latin1') ?? ''}\n${id}`
}
