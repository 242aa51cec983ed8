import type { LogEntry } from 'kafkajs'
import { KAFKA_ERROR, type KafkaErrorCode } from '../observe/label-values.ts'
import { internal } from './patch/internals.ts'

const TYPE_OF: ReadonlyMap<string, string> = new Map(
  (internal('protocol/error').errorCodes as { type: string; message: string }[]).map(({ type, message }) => [
    message,
    type,
  ]),
)
const KNOWN: ReadonlySet<string> = new Set(KAFKA_ERROR)

/** Which error a line of kafkajs's log tells of; null: of none, or of one that another line has told. */
export function errorCodeOf({ namespace, log: { message, error } }: LogEntry): KafkaErrorCode | null {
  if (/timed out$/.test(message)) return 'REQUEST_TIMEOUT'
  if (/authentication/i.test(message)) return 'AUTHENTICATION'
  if (namespace !== 'Connection') return null
  if (!message.startsWith('Response ')) return 'CONNECTION'
  const type = TYPE_OF.get(String(error)) ?? '_OTHER'
  if (type.endsWith('AUTHORIZATION_FAILED')) return 'AUTHORIZATION'
  return KNOWN.has(type) ? (type as KafkaErrorCode) : '_OTHER'
}

/** Kafka's name of what went wrong; kafkajs wraps errors that it has given up on. */
export function typeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('type' in e && typeof e.type === 'string') return e.type
  }
  return undefined
}
