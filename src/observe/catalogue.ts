import { REASONS, type RejectedCode } from '../pipeline/reasons.ts'
import { counter, gauge, histogram } from './instruments.ts'
import * as values from './label-values.ts'

/** Every metric's name begins with it. */
export const PREFIX = 'segedx_'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const BATCH_SECONDS = [0.0005, 0.001, 0.0025, ...SECONDS]
const TRANSACTION_SECONDS = [...SECONDS, 30, 60]
const LATENCY_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]
const BODY_BYTES = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576]
const RECORDS = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]

const READ = { topic: 'read topic' } as const
const READ_PARTITION = { topic: 'read topic', partition: 'partition' } as const
const WRITTEN = { topic: 'written topic' } as const
/** The bridge writes the topic that processors read. */
const RAW = WRITTEN

/**
 * Every metric of the product, in the groups by which processes show them. A name ends with its unit. What is
 * not here cannot be emitted.
 */
export const CATALOGUE = {
  bridge: {
    webhook_requests_total: counter('Requests answered', { code: values.STATUS }),
    webhook_request_duration_seconds: histogram("From a request's head to its answer", SECONDS),
    webhook_request_size_bytes: histogram('Size of request bodies', BODY_BYTES),
    webhook_events_total: counter('Events stored on the raw topic and acknowledged'),
    webhook_refused_total: counter('Requests refused', { reason: values.REFUSED }),
    webhook_requests_in_flight: gauge('Requests not yet answered'),
    group_lag_records: gauge(
      'Raw records that the consumer group has yet to commit, as the bridge sees it',
      RAW,
      {
        absentAtFirst: true,
      },
    ),
  },

  processor: {
    records_consumed_total: counter('Raw records fetched; one fetched again counts again', READ),
    records_processed_total: counter('Raw records whose outcome is committed', { outcome: values.OUTCOME }),
    records_rejected_total: counter(
      'Rejected records, committed, by where and why',
      { stage: values.STAGE, reason: values.REJECTED },
      { canBe: ({ stage, reason }) => REASONS[reason as RejectedCode].stage === stage },
    ),
    records_ignored_total: counter('Ignored records, committed, by why', { reason: values.IGNORED }),
    records_of_other_rules_total: counter(
      'Records not emitted that have the form of events for the other rule set',
    ),
    process_duration_seconds: histogram('Work on a batch, by step', BATCH_SECONDS, {
      stage: ['translate', 'resolve'],
    }),
    queue_time_seconds: histogram(
      "From a record's timestamp to the start of its processing",
      LATENCY_SECONDS,
    ),
    end_to_end_latency_seconds: histogram("From the webhook's receipt to the commit", LATENCY_SECONDS, {
      outcome: values.OUTCOME,
    }),
    course_id_unparsed_total: counter('Events emitted with a course_id that is no course key'),
    breaker_open: gauge('1 while the circuit breaker on rejections holds the work'),
  },

  transactions: {
    transactions_total: counter('Transactions ended', { result: values.TRANSACTION_RESULT }),
    transaction_aborts_total: counter('Transactions not committed, by why', { reason: values.ABORT_REASON }),
    transaction_duration_seconds: histogram('From first send to end', TRANSACTION_SECONDS, {
      result: values.TRANSACTION_RESULT,
    }),
    transaction_records: histogram('Raw records whose offsets one transaction commits', RECORDS),
    last_commit_timestamp_seconds: gauge('When the last transaction was committed, Unix time', undefined, {
      absentAtFirst: true,
    }),
  },

  consumer: {
    consumer_lag_records: gauge("Records not yet committed, by this process's partitions", READ_PARTITION),
    consumer_lag_seconds: gauge(
      'Age of the oldest record not yet committed; 0 when caught up',
      READ_PARTITION,
    ),
    consumer_retention_used_ratio: gauge("That age as a share of the topic's retention", READ_PARTITION),
    consumer_assigned_partitions: gauge('Partitions that this process owns', READ),
    topic_partitions: gauge('Partitions that the topic has', READ, { absentAtFirst: true }),
    consumer_paused_partitions: gauge('Partitions that wait for a dependency or for replay', READ),
    consumer_rebalances_total: counter('Changes of the assignment', { kind: values.REBALANCE }),
    consumer_unstable_partitions: gauge('Partitions whose start offset an open transaction holds back', READ),
    consumer_skipped_records_total: counter('Records lost unread', {
      ...READ,
      reason: ['retention', 'offset_reset'],
    }),
    replay_records_remaining: gauge('After a replay: records until its old end is passed', READ_PARTITION),
  },

  producer: {
    producer_records_total: counter('Records sent', { ...WRITTEN, result: values.RESULT }),
    producer_send_duration_seconds: histogram('One produce call', SECONDS, WRITTEN),
    kafka_client_errors_total: counter('Errors that Kafka clients met, retried ones included', {
      client: values.KAFKA_CLIENT,
      code: values.KAFKA_ERROR,
    }),
  },

  dependencies: {
    schema_registry_requests_total: counter('Requests to the schema registry', {
      operation: ['find', 'register', 'check', 'configure'],
      result: values.RESULT,
    }),
    user_lookups_total: counter('User ids looked up', { result: ['cache_hit', 'found', 'unknown'] }),
    db_query_duration_seconds: histogram('One database query', SECONDS, {
      query: ['users'],
      result: values.RESULT,
    }),
    db_pool_connections: gauge('Connections to the database', { state: ['idle', 'busy'] }),
    db_pool_waiters: gauge('Queries that wait for a connection'),
  },

  process: {
    build_info: gauge(
      'What runs; always 1',
      { version: 'at start', revision: 'at start', nodejs: 'at start' },
      { absentAtFirst: true },
    ),
    ready: gauge(
      '1 while the part of the process is ready',
      { component: values.COMPONENT },
      { absentAtFirst: true },
    ),
    nodejs_eventloop_utilization_ratio: gauge(
      'Share of time since the last scrape that the event loop was busy',
    ),
    nodejs_heap_size_limit_bytes: gauge('Heap size at which Node.js gives up'),
  },
} as const

export type MetricGroup = keyof typeof CATALOGUE
