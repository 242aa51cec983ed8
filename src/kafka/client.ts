import './patch/index.ts'
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import { safeText } from '../observe/describe-error.ts'
import type { KafkaClient } from '../observe/label-values.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { errorCodeOf } from './client-errors.ts'
import { addCodecs } from './codecs.ts'
import { useFastCode } from './patch/internals.ts'
import { promptSockets } from './sockets.ts'

addCodecs()

/** How to reach and log in to Kafka. */
export interface KafkaConnection {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Of the whole process: false has kafkajs read and write records by its own code. */
  readonly fastCode?: boolean
  readonly ssl?: KafkaConfig['ssl']
  readonly sasl?: KafkaConfig['sasl']
}

/** How long a client goes on inside one call before that throws. */
type Patience = Pick<KafkaConfig, 'connectionTimeout' | 'requestTimeout' | 'retry'>

const PATIENT: Patience = {
  connectionTimeout: 5_000,
  requestTimeout: 10_000,
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 30 },
}

/** Of a client whose calls somebody waits for: whatever is wrong is known in about 3 s. */
export const BRISK: Patience = {
  connectionTimeout: 2_000,
  requestTimeout: 2_500,
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
}

/** Where the errors that a client meets are counted. */
interface Counted {
  readonly metrics: Metrics
  readonly client: KafkaClient
}

/** A kafkajs client. Retries inside a request are few: the loops of this product try again themselves. */
export function createKafka(
  { brokers, clientId, fastCode = true, ssl, sasl }: KafkaConnection,
  log: Log,
  counted: Counted | null = null,
  patience: Patience = PATIENT,
): Kafka {
  useFastCode(fastCode)
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl !== undefined && { ssl }),
    ...(sasl !== undefined && { sasl }),
    authenticationTimeout: 10_000,
    socketFactory: promptSockets,
    ...patience,
    // kafkajs logs at error what it is about to try again; what it can't mend reaches us as an exception.
    logLevel: logLevel.WARN,
    logCreator: () => entry => {
      const { namespace, log: logged } = entry
      const error = safeText(String(logged['error'] ?? ''))
      log.debug({ event: 'kafka_client', namespace, error }, logged.message)
      const code = counted && errorCodeOf(entry)
      if (code) counted.metrics.count('kafka_client_errors_total', { client: counted.client, code })
    },
  })
}
