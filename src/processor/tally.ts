import type { Metrics } from '../observe/metrics.ts'
import { REASONS } from '../pipeline/reasons.ts'
import type { Outcome, RawRecord } from '../pipeline/shapes.ts'
import type { RawRecords } from '../ports.ts'

/** Records of one partition and what became of them, counted once they are known to be committed. */
export interface Tally {
  readonly records: RawRecords
  /** Of as many of the records, from the first on. */
  readonly outcomes: readonly Outcome[]
}

export function countTally(metrics: Metrics, { records, outcomes }: Tally, committedAt: number): void {
  const byReason = new Map<string, number>()
  /** Milliseconds; 0 where there is no such outcome. */
  const oldest = { emitted: 0, ignored: 0, rejected: 0 }
  let ofOtherRules = 0
  let unparsed = 0
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i] as Outcome
    const key = outcome.kind === 'emitted' ? outcome.kind : outcome.reason
    byReason.set(key, (byReason.get(key) ?? 0) + 1)
    const age = committedAt - (records.at(i) as RawRecord).timestamp
    oldest[outcome.kind] = Math.max(oldest[outcome.kind], age, 1)
    if (outcome.kind === 'emitted') unparsed += outcome.courseIdUnparsed ? 1 : 0
    else if (outcome.otherRules !== undefined) ofOtherRules++
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
  if (ofOtherRules > 0) metrics.count('records_of_other_rules_total', {}, ofOtherRules)
  // One observation a batch and outcome, of its oldest record: a labelled one a record would cost more than it tells.
  for (const outcome of ['emitted', 'ignored', 'rejected'] as const) {
    if (oldest[outcome] > 0)
      metrics.observe('end_to_end_latency_seconds', { outcome }, oldest[outcome] / 1_000)
  }
}
