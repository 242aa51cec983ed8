import './patch/index.ts'
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import { safeText } from '../observe/describe-error.ts'
import type { Log } from '../observe/log.ts'

/** How to reach and log in to Kafka. */
export interface KafkaConnection {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly ssl?: KafkaConfig['ssl']
  readonly sasl?: KafkaConfig['sasl']
}

/** A kafkajs client. Retries inside a request are few: the loops of this product try again themselves. */
export function createKafka({ brokers, clientId, ssl, sasl }: KafkaConnection, log: Log): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl !== undefined && { ssl }),
    ...(sasl !== undefined && { sasl }),
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 30 },
    // kafkajs logs at error what it is about to try again; what it can't mend reaches us as an exception.
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message, error } }) =>
        log.debug({ event: 'kafka_client', namespace, error: safeText(String(error ?? '')) }, message),
  })
}
