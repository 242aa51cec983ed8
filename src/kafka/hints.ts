import { typeOf } from './client-errors.ts'

const PERMIT = 'docs/security.md lists what each command has to be allowed'
/** By the name that kafkajs gives to what it does not let anybody see into. */
const HINTS: Readonly<Record<string, string>> = {
  KafkaJSSASLAuthenticationError:
    'Kafka does not let the user in: check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM',
  KafkaJSGroupCoordinatorNotFound: `The user of Kafka may not do this, or Kafka is only just starting: ${PERMIT}`,
}

/** Of an error by which Kafka refuses a client: the same with what to look at; any other as it is. */
export function withKafkaHint(error: unknown): unknown {
  const hint = hintOf(error)
  return hint === null ? error : new Error(hint, { cause: error })
}

function hintOf(error: unknown): string | null {
  if (typeOf(error)?.endsWith('AUTHORIZATION_FAILED')) return `The user of Kafka may not do this: ${PERMIT}`
  return HINTS[innermost(error)?.name ?? ''] ?? null
}

function innermost(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  return innermost(error.cause) ?? error
}
