import type { Settings } from '../config.ts'
import type { KafkaConnection } from '../kafka/client.ts'

type KafkaNames = Extract<keyof Settings, `KAFKA_${string}`>

/** How the settings say to reach Kafka. */
export function kafkaConnection(settings: Pick<Settings, KafkaNames>): KafkaConnection {
  const {
    KAFKA_SSL_CA: ca,
    KAFKA_SSL_CERT: cert,
    KAFKA_SSL_KEY: key,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
  } = settings
  const tls = { ...(ca && { ca: [ca] }), ...(cert && { cert }), ...(key && { key }) }
  return {
    brokers: settings.KAFKA_BROKERS,
    clientId: settings.KAFKA_CLIENT_ID,
    ...(settings.KAFKA_SSL && { ssl: tls }),
    ...(mechanism && { sasl: { mechanism, username, password } as NonNullable<KafkaConnection['sasl']> }),
  }
}
