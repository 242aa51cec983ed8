import { NoUnit, PercentUnit, RecordsPerSecond, Seconds, Short } from '@grafana/grafana-foundation-sdk/units'
import { highest, increase, quantile, rate, select, total } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { stat } from '../panels.ts'

/** What the person on call looks at first. The colours change where the alerts do. */
export const health: Row = {
  title: 'Health now',
  panels: [
    stat({
      title: 'Processes up',
      description: 'Processes that answer, of those that Prometheus knows. Alert: TargetDown.',
      unit: PercentUnit,
      expr: 'avg(up{job=~"$job",instance=~"$instance"})',
      steps: [
        ['red', null],
        ['yellow', 0.5],
        ['green', 1],
      ],
    }),
    stat({
      title: 'Firing alerts',
      description: 'Alerts of this product that fire now; red marks in the graphs say which.',
      unit: NoUnit,
      expr: 'count(ALERTS{alertstate="firing",service="segment-to-edx"}) or vector(0)',
      steps: [
        ['green', null],
        ['red', 1],
      ],
    }),
    stat({
      title: 'Webhook success',
      description:
        'Requests not answered 5xx. The objective is 99.9 %. Alerts: WebhookBurnFast, WebhookBurnSlow.',
      unit: PercentUnit,
      expr: `1 - ${rate('webhook_requests_total', '', 'code=~"5.."')} / ${rate('webhook_requests_total')}`,
      steps: [
        ['red', null],
        ['yellow', 0.99],
        ['green', 0.999],
      ],
    }),
    stat({
      title: 'Committed',
      description: 'Records a second whose outcome was committed. Alert: Stalled.',
      unit: RecordsPerSecond,
      expr: rate('records_processed_total'),
      steps: [['text', null]],
    }),
    stat({
      title: 'Rejected share',
      description:
        'Rejected, of emitted and rejected records. Alerts: RejectedShareHigh, RejectedShareCritical.',
      unit: PercentUnit,
      expr: `${rate('records_processed_total', '', 'outcome="rejected"')} / ${rate('records_processed_total', '', 'outcome=~"emitted|rejected"')}`,
      steps: [
        ['green', null],
        ['yellow', 0.05],
        ['red', 0.25],
      ],
    }),
    stat({
      title: 'End to end, p99',
      description: "From the webhook's receipt to the commit. The objective is 5 s. Alert: FreshnessBurn.",
      unit: Seconds,
      expr: quantile(0.99, 'end_to_end_latency_seconds'),
      steps: [
        ['green', null],
        ['yellow', 5],
        ['red', 30],
      ],
    }),
    stat({
      title: 'Oldest waiting record',
      description: 'Age of the oldest record not committed; 0 when caught up. Alerts: LagHigh, LagCritical.',
      unit: Seconds,
      expr: highest('consumer_lag_seconds'),
      steps: [
        ['green', null],
        ['yellow', 60],
        ['red', 300],
      ],
    }),
    stat({
      title: 'Waiting records',
      description:
        'Lag of the group as the bridge sees it, also while no processor lives. Alert: LagGrowing.',
      unit: Short,
      expr: highest('group_lag_records'),
      steps: [
        ['green', null],
        ['yellow', 1_000],
      ],
    }),
    stat({
      title: 'Since last commit',
      description: 'Grows also while there is nothing to do: read it with the lag. Alert: Stalled.',
      unit: Seconds,
      expr: `time() - ${highest('last_commit_timestamp_seconds')}`,
      steps: [
        ['green', null],
        ['yellow', 300],
      ],
    }),
    stat({
      title: 'Records lost',
      description: 'Lost unread in the time that is shown. Must be 0. Alert: RecordsSkipped.',
      unit: Short,
      expr: increase('consumer_skipped_records_total', '', '', '$__range'),
      steps: [
        ['green', null],
        ['red', 1],
      ],
    }),
    stat({
      title: 'Partitions without owner',
      description: 'Partitions that no processor reads. Alert: PartitionsUncovered.',
      unit: NoUnit,
      expr: `${highest('topic_partitions')} - ${total('consumer_assigned_partitions')}`,
      steps: [
        ['green', null],
        ['red', 1],
      ],
    }),
    stat({
      title: 'Parts not ready',
      description: 'Parts of processes that say they cannot work. Alerts: NotReady, BreakerOpen.',
      unit: NoUnit,
      expr: `count(${select('ready')} == 0) or vector(0)`,
      steps: [
        ['green', null],
        ['yellow', 1],
      ],
    }),
  ],
}
