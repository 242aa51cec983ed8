import { RecordsPerSecond, Seconds } from '@grafana/grafana-foundation-sdk/units'
import { buckets, quantile, rate } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { graph, heatmap } from '../panels.ts'

export const processor: Row = {
  title: 'Processor',
  panels: [
    graph({
      title: 'Arriving, read, committed',
      description: 'Read above committed for long: records are read again after aborts.',
      unit: RecordsPerSecond,
      lines: {
        arriving: rate('webhook_events_total'),
        read: rate('records_consumed_total'),
        committed: rate('records_processed_total'),
      },
    }),
    graph({
      title: 'Outcomes',
      description: 'What became of the records that were committed.',
      unit: RecordsPerSecond,
      stacked: true,
      lines: { '{{outcome}}': rate('records_processed_total', 'outcome') },
    }),
    graph({
      title: 'Rejected, by reason',
      description: 'docs/errors.md says for each reason what to do; more on the dashboard Rejections.',
      unit: RecordsPerSecond,
      stacked: true,
      lines: { '{{reason}}': `${rate('records_rejected_total', 'reason')} > 0` },
    }),
    heatmap({
      title: 'End to end',
      description: "From the webhook's receipt to the commit: the oldest record of each batch.",
      expr: buckets('end_to_end_latency_seconds'),
    }),
    graph({
      title: 'Queue time',
      description: "From a record's timestamp to the start of its processing.",
      unit: Seconds,
      lines: { p50: quantile(0.5, 'queue_time_seconds'), p99: quantile(0.99, 'queue_time_seconds') },
    }),
    graph({
      title: 'Time of the steps, p99',
      description:
        'On one batch: admit (decode, check), resolve (the user query), publish (translate, encode).',
      unit: Seconds,
      lines: { '{{stage}}': quantile(0.99, 'process_duration_seconds', 'stage') },
    }),
  ],
}
