import type { Metrics } from '../observe/metrics.ts'
import type { AbortReason } from '../ports.ts'

/** Counts one transaction, begun at `startedAt` of `performance.now()`. */
export const countTransaction = (metrics: Metrics, startedAt: number) => {
  const observe = (result: 'committed' | 'aborted') => {
    metrics.count('transactions_total', { result })
    metrics.observe('transaction_duration_seconds', { result }, (performance.now() - startedAt) / 1_000)
  }
  return {
    committed(records: number, committedAt: number): void {
      observe('committed')
      metrics.observe('transaction_records', {}, records)
      metrics.set('last_commit_timestamp_seconds', {}, committedAt / 1_000)
    },
    failed(reason: AbortReason): void {
      observe('aborted')
      metrics.count('transaction_aborts_total', { reason })
    },
  }
}
