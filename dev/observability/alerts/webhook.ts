import type { Alert } from '../alert.ts'
import { BURN, burns, failedRequests, WEBHOOK_SLO } from '../slo.ts'
import type { Time } from '../time.ts'

const COMMON = { about: 'webhook', dashboard: 'overview' } as const

/** Whether what Segment posts is taken. */
export const webhook = (time: Time) =>
  ({
    WebhookBurnFast: {
      ...COMMON,
      severity: 'critical',
      expr: `${burns(WEBHOOK_SLO, BURN.fast)} and ${failedRequests(time('6h'))} >= 10`,
      for: time('2m'),
      summary:
        '{{ $value | humanizePercentage }} of webhook requests fail: the budget of a month is gone in days',
      description:
        'Segment repeats what is answered 5xx for four hours; what fails for longer than that is lost.',
      dashboard: 'slo',
    },
    WebhookBurnSlow: {
      ...COMMON,
      severity: 'warning',
      expr: `${burns(WEBHOOK_SLO, BURN.slow)} and ${failedRequests(time('3d'))} >= 10`,
      for: time('1h'),
      summary: '{{ $value | humanizePercentage }} of webhook requests fail: more than the objective allows',
      description: 'Segment repeats what is answered 5xx for four hours, so that nothing is lost yet.',
      dashboard: 'slo',
    },
    WebhookSlow: {
      ...COMMON,
      severity: 'warning',
      expr: `histogram_quantile(0.99, sum by (le) (rate(segedx_webhook_request_duration_seconds_bucket[${time('10m')}]))) > 1`,
      for: time('10m'),
      summary: 'One in a hundred webhook requests takes {{ $value | humanizeDuration }} or longer',
      description: 'Segment waits five seconds for an answer; after that it posts the event again.',
    },
    WebhookUnauthorized: {
      ...COMMON,
      severity: 'warning',
      expr: `sum(rate(segedx_webhook_requests_total{code="401"}[${time('10m')}])) / sum(rate(segedx_webhook_requests_total[${time('10m')}])) > 0.1 and sum(increase(segedx_webhook_requests_total{code="401"}[${time('10m')}])) >= 10`,
      for: time('5m'),
      summary: '{{ $value | humanizePercentage }} of webhook requests do not show the secret',
      description:
        'Segment never repeats what is answered 401. After a change of the secret, such events are lost.',
    },
    TrafficStopped: {
      ...COMMON,
      severity: 'warning',
      expr: `sum(increase(segedx_webhook_events_total[${time('15m')}])) == 0 and sum(increase(segedx_webhook_events_total[${time('6h')}])) > 100`,
      for: time('5m'),
      summary: 'No event has arrived for a quarter of an hour',
      description:
        'There were events in the hours before. Either nobody learns, or Segment no longer reaches the bridge.',
    },
    RefusedForGood: {
      ...COMMON,
      severity: 'warning',
      expr: `sum by (code) (increase(segedx_webhook_requests_total{code=~"400|413|415"}[${time('15m')}])) > 0`,
      summary: 'Requests were refused with {{ $labels.code }}, and Segment will not repeat them',
      description:
        'What such requests hold is lost at Segment, but for bodies that are not JSON: those are kept on the error topic.',
    },
  }) as const satisfies Record<string, Alert>
