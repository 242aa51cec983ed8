import type { Alert } from '../alert.ts'
import type { Time } from '../time.ts'

const COMMON = { about: 'delivery', dashboard: 'overview' } as const

/** Whether Kafka, the registry and the database do their part. */
export const delivery = (time: Time) =>
  ({
    HangingTransaction: {
      ...COMMON,
      severity: 'critical',
      expr: 'max by (topic) (segedx_consumer_unstable_partitions) > 0',
      for: time('1m'),
      summary:
        '{{ $value }} partitions of {{ $labels.topic }} wait for the end of a transaction that should be over',
      description: 'Going on could write twice, so they wait, and so do readers of the output topic.',
    },
    AbortsHigh: {
      ...COMMON,
      severity: 'warning',
      expr: `sum(increase(segedx_transactions_total{result="aborted"}[${time('15m')}])) / sum(increase(segedx_transactions_total[${time('15m')}])) > 0.05`,
      for: time('5m'),
      summary: '{{ $value | humanizePercentage }} of transactions are aborted',
      description:
        'Their records are processed again: nothing is lost or doubled, but work is wasted and data late.',
    },
    FencedOften: {
      ...COMMON,
      severity: 'warning',
      expr: `sum(increase(segedx_transaction_aborts_total{reason="fenced"}[${time('15m')}])) > 2`,
      summary: 'Producers were fenced {{ $value | humanize }} times in a quarter of an hour',
      description: 'Processes take one another for dead, or two share a transactional id.',
    },
    RebalancesOften: {
      ...COMMON,
      severity: 'warning',
      expr: `sum by (job, instance) (increase(segedx_consumer_rebalances_total{kind="assigned"}[${time('15m')}])) > 6`,
      summary:
        '{{ $labels.instance }} was given partitions {{ $value | humanize }} times in a quarter of an hour',
      description: 'Members of the group come and go. Each time all of them pause for a moment.',
    },
    SendsFailing: {
      ...COMMON,
      severity: 'critical',
      expr: `sum by (job, topic) (increase(segedx_producer_records_total{result="error"}[${time('5m')}])) > 0`,
      for: time('5m'),
      summary: 'Records cannot be written to {{ $labels.topic }}',
      description: 'Of the raw topic: Segment is told to repeat them. Of the others: they are tried again.',
    },
    RegistryErrors: {
      ...COMMON,
      about: 'dependencies',
      severity: 'warning',
      expr: `sum by (operation) (increase(segedx_schema_registry_requests_total{result="error"}[${time('15m')}])) > 0`,
      for: time('5m'),
      summary: 'The schema registry fails ({{ $labels.operation }})',
      description: 'Processors that run do not need it; one that starts waits for it.',
    },
    PoolWaiters: {
      ...COMMON,
      about: 'dependencies',
      severity: 'warning',
      expr: 'max by (job, instance) (segedx_db_pool_waiters) > 0',
      for: time('5m'),
      summary: 'Queries of {{ $labels.instance }} wait for a connection to the database',
      description: 'The database does not accept connections, or queries take too long.',
    },
  }) as const satisfies Record<string, Alert>
