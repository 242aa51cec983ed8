import { PercentUnit, RecordsPerSecond, Short } from '@grafana/grafana-foundation-sdk/units'
import { highest, increase, rate, total } from '../promql.ts'
import type { Row } from './frame.ts'
import { bars, graph, stat } from './panels.ts'

const RANGE = '$__range'
const counted = (title: string, description: string, expr: string) =>
  stat({ title, description, unit: Short, expr, steps: [['text', null]] })
const outcome = (name: string) => increase('records_processed_total', '', `outcome="${name}"`, RANGE)

export const REJECTION_ROWS: readonly Row[] = [
  {
    title: 'Ledger: raw = emitted + rejected + ignored + waiting',
    panels: [
      counted(
        'Raw',
        'Events stored on the raw topic in the time that is shown.',
        increase('webhook_events_total', '', '', RANGE),
      ),
      counted('Emitted', 'Records that became tracking events in that time.', outcome('emitted')),
      counted('Rejected', 'Records on the error topic, with the reason, in that time.', outcome('rejected')),
      counted('Ignored', 'Records that are not wanted, in that time.', outcome('ignored')),
      counted('Waiting', 'Records on the raw topic that have no outcome yet.', highest('group_lag_records')),
      counted(
        'To replay',
        'Records until a replay has passed its old end: until then they count twice above.',
        `${total('replay_records_remaining')} or vector(0)`,
      ),
    ],
  },
  {
    title: 'Rejected',
    panels: [
      graph({
        title: 'Rejected, by reason',
        description: 'docs/errors.md says for each reason what to do.',
        unit: RecordsPerSecond,
        width: 12,
        stacked: true,
        lines: { '{{reason}}': `${rate('records_rejected_total', 'reason')} > 0` },
      }),
      graph({
        title: 'Rejected share',
        description: 'Of emitted and rejected records. Alerts: RejectedShareHigh, RejectedShareCritical.',
        unit: PercentUnit,
        width: 12,
        lines: {
          rejected: `${rate('records_processed_total', '', 'outcome="rejected"')} / ${rate('records_processed_total', '', 'outcome=~"emitted|rejected"')}`,
        },
        steps: [
          ['green', null],
          ['yellow', 0.05],
          ['red', 0.25],
        ],
      }),
      bars({
        title: 'Most frequent reasons',
        description: 'Rejected records in the time that is shown.',
        unit: Short,
        expr: `topk(10, ${increase('records_rejected_total', 'reason', '', RANGE)} > 0)`,
        legend: '{{reason}}',
      }),
      bars({
        title: 'By stage',
        description: 'Where in the pipeline the rejection was decided, in the time that is shown.',
        unit: Short,
        expr: increase('records_rejected_total', 'stage', '', RANGE),
        legend: '{{stage}}',
      }),
    ],
  },
  {
    title: 'Around it',
    panels: [
      graph({
        title: 'Ignored, by reason',
        description: 'By the settings of channels and actions. Alert: IgnoredShareJump.',
        unit: RecordsPerSecond,
        lines: { '{{reason}}': rate('records_ignored_total', 'reason') },
      }),
      graph({
        title: 'Odd ones',
        description:
          'Emitted with a course_id that is no course key; not emitted, but of the form that the other rule set wants. Alert: OtherRules.',
        unit: RecordsPerSecond,
        lines: {
          'course_id is no course key': rate('course_id_unparsed_total'),
          'for the other rule set': rate('records_of_other_rules_total'),
        },
      }),
      graph({
        title: 'Circuit breaker',
        description: '1 while it holds the work, since too much was rejected at once. Alert: BreakerOpen.',
        unit: 'none',
        max: 1,
        lines: { '{{instance}}': highest('breaker_open', 'instance') },
      }),
    ],
  },
]
