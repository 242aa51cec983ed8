import type { Kafka } from 'kafkajs'
import { describeTopics, type TopicFacts } from './topics.ts'

/** The raw topic cannot be used as it is; only a person can mend that. */
export class UnfitTopicError extends Error {
  override readonly name = 'UnfitTopicError'
}

/** Asks Kafka about the raw topic. Throws UnfitTopicError if it is missing, or takes less than the bridge may send. */
export async function describeRawTopic(
  kafka: Kafka,
  topic: string,
  requiredMessageBytes: number,
): Promise<TopicFacts> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const facts = (await describeTopics(admin, [topic])).get(topic)
    if (!facts) {
      throw new UnfitTopicError(
        `The raw topic ${topic} does not exist, or may not be seen by this user: create it with \`setup\`, or check RAW_TOPIC`,
      )
    }
    if (facts.maxMessageBytes < requiredMessageBytes) {
      throw new UnfitTopicError(
        `The raw topic ${topic} takes ${facts.maxMessageBytes} bytes (max.message.bytes), but MAX_BODY_BYTES ` +
          `needs ${requiredMessageBytes}: run \`setup\` to raise it, or lower MAX_BODY_BYTES`,
      )
    }
    return facts
  } finally {
    await admin.disconnect()
  }
}
