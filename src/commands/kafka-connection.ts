import type { Settings } from '../config.ts'
import { createKafka, type KafkaConnection } from '../kafka/client.ts'
import type { Log } from '../observe/log.ts'

export type KafkaNames = Extract<keyof Settings, `KAFKA_${string}`>

/** How the settings say to reach Kafka. What may come from files is asked for with every connection that is made. */
export function kafkaConnection(settings: Pick<Settings, KafkaNames>): KafkaConnection {
  const mechanism = settings.KAFKA_SASL_MECHANISM
  const ssl = {
    get ca() {
      return settings.KAFKA_SSL_CA
    },
    get cert() {
      return settings.KAFKA_SSL_CERT
    },
    get key() {
      return settings.KAFKA_SSL_KEY
    },
  }
  const sasl = {
    mechanism,
    username: settings.KAFKA_SASL_USERNAME,
    get password() {
      return settings.KAFKA_SASL_PASSWORD
    },
  }
  return {
    brokers: settings.KAFKA_BROKERS,
    clientId: settings.KAFKA_CLIENT_ID,
    fastCode: settings.KAFKA_FAST_CODE,
    ...(settings.KAFKA_SSL && { ssl: ssl as NonNullable<KafkaConnection['ssl']> }),
    ...(mechanism && { sasl: sasl as NonNullable<KafkaConnection['sasl']> }),
  }
}

/** What to look at where Kafka cannot be used. */
export const KAFKA_HINT =
  'check that it runs, KAFKA_BROKERS, and KAFKA_SSL and KAFKA_SASL_… where the brokers ask for them'
/** Somebody waits for the command: kafkajs's own attempts are few. */
const FEW_RETRIES = {
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 3 },
}

/** Kafka for a command that a person runs. */
export const operatorsKafka = (settings: Pick<Settings, KafkaNames>, log: Log) =>
  createKafka(kafkaConnection(settings), log, null, FEW_RETRIES)
