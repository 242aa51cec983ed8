import type { Alert } from '../alert.ts'
import type { RecordingRule } from '../recording-rule.ts'
import type { Time } from '../time.ts'

const COMMON = { about: 'rejections', dashboard: 'rejections' } as const
const IGNORED_SHARE = 'segedx:records_ignored:ratio_rate15m'

const processed = (window: string, outcomes = '.+') =>
  `sum(increase(segedx_records_processed_total{outcome=~"${outcomes}"}[${window}]))`
/** Of what was wanted: ignored records are not. */
const rejectedShare = (window: string) =>
  `${processed(window, 'rejected')} / ${processed(window, 'emitted|rejected')}`

export const outcomeRecordings = (time: Time): RecordingRule[] => [
  { record: IGNORED_SHARE, expr: `${processed(time('15m'), 'ignored')} / ${processed(time('15m'))}` },
]

/** Whether records become what they should. */
export const outcomes = (time: Time) =>
  ({
    RejectedShareHigh: {
      ...COMMON,
      severity: 'warning',
      expr: `${rejectedShare(time('10m'))} > 0.05 and ${processed(time('10m'), 'rejected')} >= 10`,
      for: time('10m'),
      summary: '{{ $value | humanizePercentage }} of records are rejected',
      description: 'They stand on the error topic, byte for byte, with the reason.',
    },
    RejectedShareCritical: {
      ...COMMON,
      severity: 'critical',
      expr: `${rejectedShare(time('5m'))} > 0.25 and ${processed(time('5m'), 'rejected')} >= 10`,
      for: time('5m'),
      summary: '{{ $value | humanizePercentage }} of records are rejected',
      description: 'They stand on the error topic, byte for byte, with the reason.',
    },
    NothingEmitted: {
      ...COMMON,
      severity: 'warning',
      expr: `sum(increase(segedx_records_consumed_total[${time('15m')}])) > 0 unless ${processed(time('15m'), 'emitted')} > 0`,
      for: time('5m'),
      summary:
        '{{ $value | humanize }} records were read in a quarter of an hour, and none became a tracking event',
      description: 'All that arrives is ignored or rejected, or nothing is committed.',
    },
    OtherRules: {
      ...COMMON,
      severity: 'warning',
      expr: `sum(increase(segedx_records_of_other_rules_total[${time('15m')}])) / ${processed(time('15m'))} > 0.5 and ${processed(time('15m'))} >= 10`,
      for: time('15m'),
      summary: '{{ $value | humanizePercentage }} of records have the form of events for the other rule set',
      description:
        'They are ignored or rejected as long as RULES is what it is, and stay on the raw topic, from where they can be replayed.',
    },
    IgnoredShareJump: {
      ...COMMON,
      severity: 'warning',
      expr: `${IGNORED_SHARE} > 3 * avg_over_time(${IGNORED_SHARE}[${time('1d')}]) and ${processed(time('15m'), 'ignored')} > 100`,
      for: time('15m'),
      summary:
        '{{ $value | humanizePercentage }} of records are ignored: three times as many as in the day before',
      description: 'Ignored records are kept nowhere but on the raw topic, from where they can be replayed.',
    },
    BreakerOpen: {
      ...COMMON,
      severity: 'critical',
      expr: 'max by (job, instance) (segedx_breaker_open) == 1',
      summary: 'The circuit breaker of {{ $labels.instance }} holds the work: too much was rejected at once',
      description: 'Records wait on the raw topic instead of being rejected, for somebody to look at it.',
    },
    InternalError: {
      ...COMMON,
      severity: 'critical',
      expr: `sum by (stage) (increase(segedx_records_rejected_total{reason="internal_error"}[${time('15m')}])) > 0`,
      keepFiringFor: time('1h'),
      summary: '{{ $value | humanize }} records made the pipeline fail ({{ $labels.stage }})',
      description:
        'A defect of the pipeline. The records stand on the error topic and can be sent back once it is mended.',
    },
  }) as const satisfies Record<string, Alert>
