import {
  type IgnoredCode,
  REASONS,
  type ReasonCode,
  type RejectedCode,
  type Stage,
} from '../pipeline/reasons.ts'

const REASON_CODES = Object.keys(REASONS) as ReasonCode[]

export const IGNORED = REASON_CODES.filter((code): code is IgnoredCode => REASONS[code].outcome === 'ignored')
export const REJECTED = REASON_CODES.filter(
  (code): code is RejectedCode => REASONS[code].outcome === 'rejected',
)
export const STAGE = ['decode', 'check', 'resolve', 'translate', 'encode'] as const satisfies Stage[]
export const OUTCOME = ['emitted', 'ignored', 'rejected'] as const
export const RESULT = ['ok', 'error'] as const

export const STATUS = ['200', '400', '401', '404', '405', '408', '413', '415', '431', '500', '503'] as const
/** Why the bridge did not answer 200. */
export const REFUSED = [
  'malformed_request',
  'head_too_large',
  'request_timeout',
  'not_found',
  'method_not_allowed',
  'not_configured',
  'unauthorized',
  'unsupported_type',
  'unsupported_encoding',
  'too_large',
  'overloaded',
  'body_timeout',
  'client_closed',
  'signature_invalid',
  'empty_body',
  'malformed_json',
  'too_many_events',
  'kafka_unavailable',
  'internal_error',
] as const

export const TRANSACTION_RESULT = ['committed', 'aborted'] as const
export const ABORT_REASON = [
  'fenced',
  'timeout',
  'produce_failed',
  'offset_commit_failed',
  'rebalance',
  'shutdown',
  'internal',
] as const
/** A join gave partitions; the group asked for them back; they are gone because the session was. */
export const REBALANCE = ['assigned', 'revoked', 'lost'] as const

export const KAFKA_CLIENT = ['consumer', 'producer', 'admin'] as const
export type KafkaClient = (typeof KAFKA_CLIENT)[number]
/** What Kafka clients meet, by Kafka's own names where a broker says it; all that is rarer is _OTHER. */
export const KAFKA_ERROR = [
  'CONNECTION',
  'REQUEST_TIMEOUT',
  'AUTHENTICATION',
  'AUTHORIZATION',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_ENOUGH_REPLICAS',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'MESSAGE_TOO_LARGE',
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'CONCURRENT_TRANSACTIONS',
  'INVALID_PRODUCER_EPOCH',
  '_OTHER',
] as const
export type KafkaErrorCode = (typeof KAFKA_ERROR)[number]

/** The parts of a process that can be ready or not. */
export const COMPONENT = [
  'http',
  'secret',
  'kafka',
  'consumer',
  'transactions',
  'users',
  'schemas',
  'breaker',
] as const
export type Component = (typeof COMPONENT)[number]
