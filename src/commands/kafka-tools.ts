import type { Settings } from '../config.ts'
import { withKafkaHint } from '../kafka/hints.ts'
import type { Log } from '../observe/log.ts'
import { KAFKA_HINT, type KafkaNames, operatorsKafka } from './kafka-connection.ts'
import { createPatience } from './patience.ts'

interface Waiting {
  /** For Kafka to answer, all attempts together. */
  readonly waitMs: number
  readonly log: Log
  readonly signal: AbortSignal
}

/** Kafka for a command that asks and changes things, and waits for it a while. */
export function kafkaTools(settings: Pick<Settings, KafkaNames>, waiting: Waiting) {
  const kafka = operatorsKafka(settings, waiting.log)
  const patiently = createPatience(waiting)
  const name = `Kafka at ${settings.KAFKA_BROKERS.join(', ')}`
  return {
    kafka,
    admin: kafka.admin(),
    /** Tries again what may succeed later, and says what to look at where Kafka refuses it. */
    atKafka: async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await patiently({ name, hint: KAFKA_HINT }, work)
      } catch (error) {
        throw withKafkaHint(error)
      }
    },
  }
}
