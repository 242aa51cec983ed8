import { typeOf } from '../kafka/client-errors.ts'
import { type Spans, TopicNotFoundError, type TopicReader } from '../ports.ts'
import { UsageError } from './command.ts'
import { KAFKA_HINT } from './kafka-connection.ts'
import { type Range, spansIn } from './range.ts'

/** What a topic holds of a range. Says what to look at where the topic is missing, or Kafka cannot be used. */
export async function spansOf(
  reader: TopicReader,
  topic: string,
  setting: 'RAW_TOPIC' | 'OUTPUT_TOPIC' | 'ERROR_TOPIC',
  range: Range,
): Promise<Spans> {
  let spans: Spans
  try {
    spans = await reader.spans(topic, range.since)
  } catch (error) {
    if (error instanceof TopicNotFoundError)
      throw new UsageError(`${error.message}: check ${setting}, or create it with \`setup\``)
    const hint = isForbidden(error) ? `allow this user to read ${topic}` : KAFKA_HINT
    throw new Error(`Kafka could not be used: ${hint}`, { cause: error })
  }
  return spansIn(range, spans)
}

const isForbidden = (error: unknown): boolean => typeOf(error)?.endsWith('AUTHORIZATION_FAILED') ?? false

export const recordsIn = (spans: Spans): number =>
  [...spans.values()].reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0)
