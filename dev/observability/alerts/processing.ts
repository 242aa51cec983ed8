import type { Alert } from '../alert.ts'
import { BURN, burns, FRESHNESS_SLO } from '../slo.ts'
import type { Time } from '../time.ts'

const COMMON = { about: 'lag', dashboard: 'overview' } as const
/** After a replay old records pass, and their age says nothing. */
const NOT_REPLAYING = 'unless on () max(segedx_replay_records_remaining) > 0'
const LAG_SECONDS = `max by (topic) (segedx_consumer_lag_seconds unless on (topic, partition) segedx_replay_records_remaining > 0)`
/** As the bridge sees it, which also holds while no processor lives; else as the processors do. */
const LAG_RECORDS =
  '(max by (topic) (segedx_group_lag_records) or sum by (topic) (segedx_consumer_lag_records))'

/** Whether records are translated, and in time. */
export const processing = (time: Time) =>
  ({
    Stalled: {
      ...COMMON,
      severity: 'critical',
      expr: `${LAG_RECORDS} > 0 unless on () sum(increase(segedx_records_processed_total[${time('5m')}])) > 0`,
      for: time('1m'),
      summary:
        '{{ $value | humanize }} records of {{ $labels.topic }} wait, and none was committed in the last five minutes',
      description:
        'Nothing is translated. Nothing is lost either before the retention of the raw topic ends.',
    },
    LagHigh: {
      ...COMMON,
      severity: 'warning',
      expr: `${LAG_SECONDS} > ${time.seconds(60)}`,
      for: time('10m'),
      summary: 'The oldest record of {{ $labels.topic }} that waits is {{ $value | humanizeDuration }} old',
      description: 'Tracking events are late.',
    },
    LagCritical: {
      ...COMMON,
      severity: 'critical',
      expr: `${LAG_SECONDS} > ${time.seconds(300)}`,
      for: time('5m'),
      summary: 'The oldest record of {{ $labels.topic }} that waits is {{ $value | humanizeDuration }} old',
      description: 'Tracking events are very late.',
    },
    LagGrowing: {
      ...COMMON,
      severity: 'warning',
      expr: `${LAG_RECORDS} > 1000 and max by (topic) (deriv(segedx_group_lag_records[${time('15m')}])) > 0 ${NOT_REPLAYING}`,
      for: time('15m'),
      summary: '{{ $value | humanize }} records of {{ $labels.topic }} wait, and they become more',
      description: 'More arrives than the processors take.',
    },
    FreshnessBurn: {
      ...COMMON,
      severity: 'critical',
      expr: `${burns(FRESHNESS_SLO, BURN.fast)} ${NOT_REPLAYING}`,
      for: time('2m'),
      summary:
        '{{ $value | humanizePercentage }} of batches are later than 5 s: the budget of a month is gone in days',
      description: 'The objective is that 99 % of batches are committed within 5 s of their receipt.',
      dashboard: 'slo',
    },
    PartitionsUncovered: {
      ...COMMON,
      severity: 'critical',
      expr: 'max by (job, topic) (segedx_topic_partitions) - sum by (job, topic) (segedx_consumer_assigned_partitions) != 0',
      for: time('5m'),
      summary:
        '{{ $value }} partitions of {{ $labels.topic }} have no processor (less than 0: more than one)',
      description: 'Records of these partitions wait though processors run.',
    },
    HaltedPartition: {
      ...COMMON,
      severity: 'critical',
      expr: 'sum by (job, instance, topic) (segedx_consumer_paused_partitions) > 0 unless on (job, instance) segedx_ready{component="users"} == 0',
      for: time('5m'),
      summary: '{{ $value }} partitions of {{ $labels.topic }} stand still at {{ $labels.instance }}',
      description:
        'The committed offset lies outside the raw topic. They wait for somebody to say where to go on.',
    },
    RecordsSkipped: {
      ...COMMON,
      severity: 'critical',
      expr: `sum by (topic, reason) (increase(segedx_consumer_skipped_records_total[${time('10m')}])) > 0`,
      keepFiringFor: time('1h'),
      summary:
        '{{ $value | humanize }} records of {{ $labels.topic }} are lost unread ({{ $labels.reason }})',
      description: 'Kafka no longer has records that were never translated.',
    },
    RetentionNear: {
      ...COMMON,
      severity: 'critical',
      expr: 'max by (topic) (segedx_consumer_retention_used_ratio) > 0.8',
      summary:
        'The oldest record of {{ $labels.topic }} that waits has used {{ $value | humanizePercentage }} of the retention',
      description: 'Soon Kafka deletes records that were never translated.',
    },
  }) as const satisfies Record<string, Alert>
