import type { Component } from '../../src/observe/label-values.ts'
import type { AlertName } from '../observability/rules.ts'
import { code, table } from './markdown.ts'

/** What a person sees of a fault, as `test/observability/faults.servers.test.ts` sees it on real servers. */
export interface FaultSeen {
  readonly fault: string
  /** What becomes of the records meanwhile. */
  readonly records: string
  /** Parts that are not ready at one process at least, and in which words; empty: all of them are. */
  readonly notReady: readonly (readonly [of: 'bridge' | 'process', part: Component, reason: string])[]
  /** Panels of the dashboard's first row, and what they show. */
  readonly panels: Readonly<Record<string, `${'>' | '=' | '<'} ${number}`>>
  readonly alerts: readonly AlertName[]
  /** A line of the log, by its event; null: nobody is there to write one. */
  readonly event: string | null
  readonly todo: string
}

export const FAULTS_SEEN = {
  kafka_down: {
    fault: 'Kafka does not answer',
    records: 'The bridge answers 503 within 4 s, and Segment repeats for four hours',
    notReady: [
      ['bridge', 'kafka', 'Kafka does not take events'],
      ['process', 'kafka', 'no broker has answered'],
    ],
    panels: { 'Webhook success': '< 1', 'Parts not ready': '> 1' },
    alerts: ['NotReady', 'WebhookBurnFast'],
    event: 'produce_failed',
    todo: 'Mend Kafka; all goes on by itself',
  },
  database_down: {
    fault: 'The user database refuses connections',
    records: 'They wait; none is rejected',
    notReady: [['process', 'users', 'The users could not be read from']],
    panels: {
      Committed: '= 0',
      'Waiting records': '> 0',
      'Oldest waiting record': '> 0',
      'Parts not ready': '> 0',
    },
    alerts: ['NotReady', 'Stalled'],
    event: 'users_unavailable',
    todo: 'Mend the database; all goes on by itself',
  },
  database_slow: {
    fault: 'The user database takes longer than `DATABASE_TIMEOUT_MS`',
    records: 'They wait; none is rejected',
    notReady: [['process', 'users', 'The users could not be read from']],
    panels: { Committed: '= 0', 'Waiting records': '> 0', 'Parts not ready': '> 0' },
    alerts: ['NotReady', 'Stalled'],
    event: 'users_unavailable',
    todo: 'Look for what holds it up, such as a missing index on the id; `doctor` tells',
  },
  registry_down: {
    fault: 'The schema registry does not answer a processor that starts',
    records: 'Those at work go on; it takes no partitions',
    notReady: [['process', 'schemas', 'The schema registry at']],
    panels: { 'Partitions without owner': '= 0', 'Parts not ready': '> 0' },
    alerts: ['NotReady', 'RegistryErrors'],
    event: 'schemas_unavailable',
    todo: 'Mend the registry; it goes on by itself. Restart no other processor meanwhile',
  },
  errors_refused: {
    fault: 'The error topic takes no records (not permitted, too small a limit, too few replicas in sync)',
    records: 'They wait; a round with a rejection in it cannot be committed',
    notReady: [['process', 'transactions', 'no transaction could be committed']],
    panels: { 'Parts not ready': '> 0', 'Waiting records': '> 0' },
    alerts: ['NotReady', 'Stalled', 'SendsFailing', 'AbortsHigh'],
    event: 'processing_failed',
    todo: 'Mend the topic (`doctor` says what is wrong with it); all goes on by itself',
  },
  processor_gone: {
    fault: 'One processor is gone',
    records: 'Another has its partitions within its session and 5 s',
    notReady: [],
    panels: { 'Processes up': '< 1', 'Partitions without owner': '= 0' },
    alerts: ['TargetDown'],
    event: 'session_changed',
    todo: 'Start it again; the last line of its log says why it ended',
  },
  processors_gone: {
    fault: 'No processor runs',
    records: 'They wait on the raw topic until its retention ends',
    notReady: [],
    panels: { 'Processes up': '< 1', 'Waiting records': '> 0' },
    alerts: ['TargetDown', 'ProcessorAbsent', 'Stalled'],
    event: null,
    todo: 'Start one; the last line of the log says why they ended',
  },
  transaction_hangs: {
    fault: "A transaction of somebody's stays open on the group's offsets",
    records: 'Those of the partition wait, since going on could write twice',
    notReady: [['process', 'consumer', "wait for the end of somebody's transaction"]],
    panels: { 'Parts not ready': '> 0', 'Waiting records': '> 0' },
    alerts: ['HangingTransaction', 'NotReady'],
    event: 'transaction_hangs',
    todo: '[runbook](runbook.md#hangingtransaction)',
  },
  retention_overtook: {
    fault: 'Kafka has deleted records that were never read',
    records: 'Lost; the partition stands still until somebody says where to go on',
    notReady: [['process', 'consumer', 'records are gone']],
    panels: { 'Records lost': '> 0', 'Parts not ready': '> 0' },
    alerts: ['RecordsSkipped', 'HaltedPartition', 'NotReady'],
    event: 'partition_halted',
    todo: '[runbook](runbook.md#haltedpartition)',
  },
  users_lost: {
    fault: 'Most users are unknown all at once (a wrong database or table, a bad deployment)',
    records: 'They wait: the circuit breaker holds them instead of rejecting them',
    notReady: [['process', 'breaker', 'as user_unknown']],
    panels: { 'Parts not ready': '> 0', 'Waiting records': '> 0' },
    alerts: ['BreakerOpen', 'NotReady'],
    event: 'breaker_opened',
    todo: 'Mend the cause, then it goes on within 30 s; or set `REJECTION_BREAKER=off` to reject them',
  },
} as const satisfies Record<string, FaultSeen>

export function faultsTable(): string {
  const rows = Object.values<FaultSeen>(FAULTS_SEEN).map(row => [
    row.fault,
    row.records,
    row.notReady.map(([of, part, reason]) => `${code(of)}: ${part} “…${reason}…”`).join('; ') || 'all ready',
    Object.entries(row.panels)
      .map(([title, value]) => `${title} ${value}`)
      .join('; '),
    row.alerts.join(', '),
    row.event === null ? 'none' : code(row.event),
    row.todo,
  ])
  return table(['fault', 'the records', '`/readyz`', 'Health now', 'alerts', 'log', 'what to do'], rows)
}
