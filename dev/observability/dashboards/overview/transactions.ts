import { OpsPerSecond, RecordsPerSecond, Seconds, Short } from '@grafana/grafana-foundation-sdk/units'
import { mean, quantile, rate } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { graph } from '../panels.ts'

export const transactions: Row = {
  title: 'Transactions and producers',
  panels: [
    graph({
      title: 'Transactions',
      description: 'By how they ended. Records of aborted ones are processed again.',
      unit: OpsPerSecond,
      lines: { '{{result}}': rate('transactions_total', 'result') },
    }),
    graph({
      title: 'Aborts, by reason',
      description: 'Why transactions were not committed.',
      unit: OpsPerSecond,
      lines: { '{{reason}}': rate('transaction_aborts_total', 'reason') },
    }),
    graph({
      title: 'Transaction time',
      description: 'From first send to end. The broker aborts at TRANSACTION_TIMEOUT_MS.',
      unit: Seconds,
      lines: {
        p50: quantile(0.5, 'transaction_duration_seconds'),
        p99: quantile(0.99, 'transaction_duration_seconds'),
      },
    }),
    graph({
      title: 'Records in a transaction',
      description: 'More at once when there is more to do.',
      unit: Short,
      lines: { mean: mean('transaction_records'), p95: quantile(0.95, 'transaction_records') },
    }),
    graph({
      title: 'Records sent',
      description: 'By topic and result. Errors are tried again.',
      unit: RecordsPerSecond,
      lines: { '{{topic}} {{result}}': rate('producer_records_total', 'topic, result') },
    }),
    graph({
      title: 'Producer call, p99',
      description: 'From sending to the acknowledgement of all in-sync replicas.',
      unit: Seconds,
      lines: { '{{topic}}': quantile(0.99, 'producer_send_duration_seconds', 'topic') },
    }),
  ],
}
