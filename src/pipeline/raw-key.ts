import { createHash } from 'node:crypto'
import { parseUserId } from './edx/user-id.ts'
import type { Json } from './json/json.ts'

const MAX_KEY_BYTES = 128

/**
 * The Kafka key of a raw event, so that a person's events keep their order: the user id as a plain decimal
 * where it is an integer in Python's eyes, else its text; without a userId the anonymousId, then the
 * messageId, else null (the event may go anywhere).
 */
export function rawKey(event: Json): Buffer | null {
  if (!event.isObject) return null
  const text =
    userText(event.get('userId')) ?? plainText(event.get('anonymousId')) ?? plainText(event.get('messageId'))
  if (text === null) return null
  const key = Buffer.from(text)
  return key.length <= MAX_KEY_BYTES
    ? key
    : Buffer.from(`sha256:${createHash('sha256').update(key).digest('hex')}`)
}

function userText(userId: Json | undefined): string | null {
  if (!userId?.isTruthy) return null
  const id = parseUserId(userId)
  return typeof id === 'number' ? String(id) : plainText(userId)
}

function plainText(value: Json | undefined): string | null {
  if (!value?.isTruthy) return null
  return value.isString ? value.string() : value.text()
}
