import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { REASONS } from '../pipeline/reasons.ts'
import type { NotEmitted, Outcome, RawRecord } from '../pipeline/shapes.ts'

/** Records of one partition and what became of them, counted once they are known to be committed. */
export interface Tally {
  readonly records: readonly RawRecord[]
  readonly outcomes: readonly Outcome[]
}

export interface TallyObserver {
  readonly metrics: Metrics
  readonly log: Log
}

/** Shows a tally in metrics, and in the log what an operator should know of. */
export function countTally({ metrics, log }: TallyObserver, tally: Tally, committedAt: number): void {
  const { records, outcomes } = tally
  const byReason = new Map<string, number>()
  const oldest = { emitted: 0, ignored: 0, rejected: 0 }
  const others = new Map<string, number>()
  let unparsed = 0
  for (const [i, outcome] of outcomes.entries()) {
    const key = outcome.kind === 'emitted' ? outcome.kind : outcome.reason
    byReason.set(key, (byReason.get(key) ?? 0) + 1)
    const age = (committedAt - (records[i] as RawRecord).timestamp) / 1_000
    oldest[outcome.kind] = Math.max(oldest[outcome.kind], age, 0.001)
    if (outcome.kind !== 'emitted') note(outcome, records[i] as RawRecord, others, log)
    else if (outcome.courseIdUnparsed) unparsed++
  }
  for (const [reason, n] of byReason) {
    if (reason === 'emitted') {
      metrics.count('records_processed_total', { outcome: 'emitted' }, n)
      continue
    }
    const code = reason as keyof typeof REASONS
    const { outcome, stage } = REASONS[code]
    metrics.count('records_processed_total', { outcome }, n)
    if (outcome === 'rejected') metrics.count('records_rejected_total', { stage, reason: code as never }, n)
    else metrics.count('records_ignored_total', { reason: code as never }, n)
  }
  if (unparsed > 0) metrics.count('course_id_unparsed_total', {}, unparsed)
  for (const [rules, n] of others) {
    metrics.count('records_of_other_rules_total', {}, n)
    log.warn(
      { event: 'other_rules', records: n, looksLike: rules },
      `Records that are not emitted have the form of events for RULES=${rules}: see "For whom the rules fit" in README.md`,
    )
  }
  // One observation a batch and outcome, of its oldest record: a labelled one a record would cost more than it tells.
  for (const outcome of ['emitted', 'ignored', 'rejected'] as const) {
    if (oldest[outcome] > 0) metrics.observe('end_to_end_latency_seconds', { outcome }, oldest[outcome])
  }
}

function note(
  { reason, otherRules }: NotEmitted,
  { topic, partition, offset }: RawRecord,
  others: Map<string, number>,
  log: Log,
): void {
  if (otherRules !== undefined) others.set(otherRules, (others.get(otherRules) ?? 0) + 1)
  if (reason !== 'segment_delete') return
  log.info(
    { event: 'segment_delete', topic, partition, offset },
    "Segment asks for the deletion of a person's data; docs/privacy.md says what is where",
  )
}
