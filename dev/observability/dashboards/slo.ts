import { NoUnit, PercentUnit, RequestsPerSecond } from '@grafana/grafana-foundation-sdk/units'
import { quantile, rate, select } from '../promql.ts'
import { BURN, FRESHNESS_SLO, recordOf, type Slo, WEBHOOK_SLO } from '../slo.ts'
import type { Row } from './frame.ts'
import { graph, type PanelBuilder, type Steps, stat } from './panels.ts'

const MONTH = '30d'
const LATE = `${select('end_to_end_latency_seconds_bucket', 'le=~"5(.0)?"')}`
const LEFT: Steps = [
  ['red', null],
  ['yellow', 0.1],
  ['green', 0.5],
]
const [{ factor: FAST }, { factor: MIDDLE }] = BURN.fast
const [{ factor: SLOW }] = BURN.slow

function budget(title: string, slo: Slo, goodShare: string): PanelBuilder[] {
  return [
    stat({
      title: `${title}: reached`,
      description: `Over ${MONTH}, or as long as Prometheus remembers. The objective is ${100 * (1 - slo.budget)} %.`,
      unit: PercentUnit,
      width: 6,
      height: 7,
      expr: goodShare,
      steps: [
        ['red', null],
        ['green', 1 - slo.budget],
      ],
    }),
    stat({
      title: `${title}: budget left`,
      description: `Share of the failures that the objective allows in ${MONTH} and that have not happened. Below 0 it is missed.`,
      unit: PercentUnit,
      width: 6,
      height: 7,
      expr: `1 - (1 - ${goodShare}) / ${slo.budget}`,
      steps: LEFT,
    }),
    graph({
      title: `${title}: burn rate`,
      description: `How many times faster than allowed the budget goes. Alerts: above ${FAST} in 1h or ${MIDDLE} in 6h (critical), ${SLOW} in 1d or 1 in 3d (warning).`,
      unit: NoUnit,
      width: 12,
      lines: Object.fromEntries(
        (['5m', '1h', '6h', '1d'] as const).map(window => [
          window,
          `${recordOf(slo, window)} / ${slo.budget}`,
        ]),
      ),
      steps: [
        ['green', null],
        ['yellow', SLOW],
        ['red', FAST],
      ],
    }),
  ]
}

export const SLO_ROWS: readonly Row[] = [
  {
    title: 'Webhook: 99.9 % of requests are not answered 5xx',
    panels: [
      ...budget(
        'Webhook',
        WEBHOOK_SLO,
        `(1 - sum(increase(${select('webhook_requests_total', 'code=~"5.."')}[${MONTH}])) / sum(increase(${select('webhook_requests_total')}[${MONTH}])))`,
      ),
      graph({
        title: 'Requests that fail',
        description: 'Answered 5xx. Segment repeats them for four hours.',
        unit: RequestsPerSecond,
        width: 12,
        lines: { '{{code}}': rate('webhook_requests_total', 'code', 'code=~"5.."') },
      }),
      graph({
        title: 'All requests',
        description: 'What the share is taken of.',
        unit: RequestsPerSecond,
        width: 12,
        lines: { all: rate('webhook_requests_total') },
      }),
    ],
  },
  {
    title: 'Freshness: in 99 % of batches the oldest record is committed within 5 s',
    panels: [
      ...budget(
        'Freshness',
        FRESHNESS_SLO,
        `(sum(increase(${LATE}[${MONTH}])) / sum(increase(${select('end_to_end_latency_seconds_count')}[${MONTH}])))`,
      ),
      graph({
        title: 'Late batches',
        description: 'Share of batches whose oldest record took more than 5 s.',
        unit: PercentUnit,
        width: 12,
        lines: {
          late: `1 - sum(rate(${LATE}[$__rate_interval])) / sum(rate(${select('end_to_end_latency_seconds_count')}[$__rate_interval]))`,
        },
      }),
      graph({
        title: 'End to end',
        description: "From the webhook's receipt to the commit, by outcome.",
        unit: 's',
        width: 12,
        lines: { 'p99 {{outcome}}': quantile(0.99, 'end_to_end_latency_seconds', 'outcome') },
      }),
    ],
  },
]
