import type { Metrics } from '../observe/metrics.ts'
import type { AbortReason, GroupSession } from '../ports.ts'
import type { Plan } from './plan.ts'

/** Counts one transaction that begins now. */
export const countTransaction = (metrics: Metrics) => {
  const startedAt = performance.now()
  const observe = (result: 'committed' | 'aborted') => {
    metrics.count('transactions_total', { result })
    metrics.observe('transaction_duration_seconds', { result }, (performance.now() - startedAt) / 1_000)
  }
  return {
    committed({ parts }: Plan): void {
      observe('committed')
      const records = parts.reduce((sum, part) => sum + part.outcomes.length, 0)
      metrics.observe('transaction_records', {}, records)
      metrics.set('last_commit_timestamp_seconds', {}, Date.now() / 1_000)
    },
    failed(reason: AbortReason): void {
      observe('aborted')
      metrics.count('transaction_aborts_total', { reason })
    },
  }
}

/** Counts how one session of the group followed another. */
export function countSession(metrics: Metrics, before: GroupSession | null, now: GroupSession | null): void {
  const wasKept = before?.memberId === now?.memberId
  if (before) metrics.count('consumer_rebalances_total', { kind: wasKept ? 'revoked' : 'lost' })
  if (now) metrics.count('consumer_rebalances_total', { kind: 'assigned' })
}
