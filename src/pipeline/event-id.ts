import type { Json } from './json/json.ts'
import type { RawRecord, Text } from './shapes.ts'

const MAX_CHARACTERS = 100

/**
 * What readers drop repeats by, together with the key: the sender's `messageId`, or where the record first
 * stood. A record that was sent back from the error topic carries its first place in its headers.
 */
export function eventId(root: Json, raw: RawRecord): Text {
  const messageId = root.get('messageId')
  if (!messageId?.isString) return firstPlace(raw)
  const plain = messageId.printable(MAX_CHARACTERS)
  if (plain) return plain
  const id = messageId.string()
  return isUsable(id) ? id : firstPlace(raw)
}

const isUsable = (id: string) =>
  id !== '' &&
  (id.length <= MAX_CHARACTERS || (id.length <= 2 * MAX_CHARACTERS && [...id].length <= MAX_CHARACTERS)) &&
  !/\p{Cc}/u.test(id) &&
  id.isWellFormed()

function firstPlace({ topic, partition, offset, headers }: RawRecord): string {
  const first = (field: string) => headers[`segedx.error.first-${field}`]?.toString()
  return [first('topic') ?? topic, first('partition') ?? partition, first('offset') ?? offset].join('-')
}
