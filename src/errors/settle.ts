import type { Lock, Spans, TopicReader, TopicWriter } from '../ports.ts'
import { sentFrom } from './error-record.ts'
import { type Sent, type SentLog, sentRecord } from './sent-log.ts'

export interface SettleOptions {
  readonly log: SentLog
  readonly reader: TopicReader
  readonly rawTopic: string
  readonly sent: TopicWriter
  readonly lock: Lock
  readonly now: () => number
  readonly signal: AbortSignal
}

/** What became of intents without a receipt. */
export interface Settled {
  /** The record is on the raw topic. */
  found: number
  /** It is not: it was never sent. */
  notSent: number
  /** Raw records that would tell have been deleted by now. */
  unknown: number
}

const AT_ONCE = 500

/**
 * Settles what runs that were cut off have left open, in the log and in its topic. Nobody else may be sending: the
 * raw topic is read from where it ended when the intents were written, up to its end now.
 */
export async function settle(options: SettleOptions): Promise<Settled> {
  const { log, reader, rawTopic, signal } = options
  const settled: Settled = { found: 0, notSent: 0, unknown: 0 }
  const open = new Map([...log].filter(([, { state }]) => state === 'intent'))
  if (open.size === 0) return settled

  const ends = await reader.spans(rawTopic)
  const receipts = new Map<string, Sent | null>()
  for await (const record of reader.read(rawTopic, spansOf(open, ends), signal)) {
    const identity = sentFrom(record)
    const intent = identity === null ? undefined : open.get(identity)
    if (identity === null || intent?.partition !== record.partition || record.offset < intent.offset) continue
    receipts.set(identity, { state: 'sent', partition: record.partition, offset: record.offset })
    settled.found++
  }
  for (const [identity, { partition, offset }] of open) {
    if (receipts.has(identity)) continue
    if (offset < (ends.get(partition)?.from ?? Infinity)) settled.unknown++
    else {
      receipts.set(identity, null)
      settled.notSent++
    }
  }
  await write([...receipts], options)
  return settled
}

function spansOf(open: SentLog, ends: Spans): Spans {
  const spans = new Map<number, { from: number; to: number }>()
  for (const { partition, offset } of open.values()) {
    const { from: low, to } = ends.get(partition) ?? { from: 0, to: 0 }
    const from = Math.min(spans.get(partition)?.from ?? Infinity, Math.max(offset, low))
    spans.set(partition, { from, to })
  }
  return spans
}

async function write(
  receipts: readonly (readonly [string, Sent | null])[],
  { log, sent, lock, now }: SettleOptions,
): Promise<void> {
  for (let at = 0; at < receipts.length; at += AT_ONCE) {
    lock.check()
    const some = receipts.slice(at, at + AT_ONCE)
    await sent.append(some.map(([identity, receipt]) => sentRecord(identity, receipt, now())))
    for (const [identity, receipt] of some) {
      if (receipt) log.set(identity, receipt)
      else log.delete(identity)
    }
  }
}
