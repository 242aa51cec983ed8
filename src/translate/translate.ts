import type avro from 'avsc'
import { Json } from '../pipeline/json/json.ts'
import { rawKey } from '../pipeline/raw-key.ts'
import { REASONS } from '../pipeline/reasons.ts'
import type { Headers, Outcome, RawRecord } from '../pipeline/shapes.ts'
import { trackingLogLine } from '../pipeline/tracking-log.ts'

/** How many records were emitted, ignored and rejected, and why. */
export interface Summary {
  lines: number
  emitted: number
  ignored: number
  rejected: number
  readonly reasons: Map<string, number>
}

export interface TranslateOptions {
  readonly lines: AsyncIterable<Buffer>
  readonly topic: string
  /** The webhook request's path and host, as the bridge's headers. */
  readonly headers: Headers
  /** The pipeline with its look-up: an outcome for each record, in order. */
  readonly translateBatch: (records: readonly RawRecord[]) => Promise<Outcome[]>
  readonly outputType: avro.Type
  readonly write: (line: string) => Promise<void>
  readonly signal: AbortSignal
}

const BATCH = 500

/** One raw event a line in, one outcome a line out, in order; see `translate --help` for their form. */
export async function translate(options: TranslateOptions): Promise<Summary> {
  const summary: Summary = { lines: 0, emitted: 0, ignored: 0, rejected: 0, reasons: new Map() }
  let batch: RawRecord[] = []
  const flush = async () => {
    const outcomes = await options.translateBatch(batch)
    const texts = outcomes.map(outcome => outcomeLine(++summary.lines, outcome, options.outputType))
    for (const outcome of outcomes) count(summary, outcome)
    batch = []
    if (texts.length > 0) await options.write(`${texts.join('\n')}\n`)
  }
  for await (const line of options.lines) {
    options.signal.throwIfAborted()
    batch.push(rawRecord(line, summary.lines + batch.length, options))
    if (batch.length === BATCH) await flush()
  }
  await flush()
  return summary
}

function rawRecord(line: Buffer, offset: number, { topic, headers }: TranslateOptions): RawRecord {
  const event = Json.parse(line)
  return { topic, partition: 0, offset, timestamp: 0, key: event && rawKey(event), value: line, headers }
}

function outcomeLine(line: number, outcome: Outcome, outputType: avro.Type): string {
  const { kind } = outcome
  if (kind === 'emitted') {
    const event = trackingLogLine(outputType, outcome.record.value as Buffer)
    return `{"line":${line},"outcome":"${kind}","event":${event}}`
  }
  const message =
    kind === 'rejected'
      ? outcome.record.headers['__streams.errors.message']?.toString()
      : REASONS[outcome.reason].message
  return JSON.stringify({ line, outcome: kind, reason: outcome.reason, message })
}

function count(summary: Summary, outcome: Outcome): void {
  summary[outcome.kind]++
  if (outcome.kind === 'emitted') return
  summary.reasons.set(outcome.reason, (summary.reasons.get(outcome.reason) ?? 0) + 1)
}
