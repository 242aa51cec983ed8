import { createHash } from 'node:crypto'
import { Json } from '../pipeline/json/json.ts'
import { canonical } from './canonical.ts'

/** A line of a tracking log, and where it stands: `file:line`, or `partition:offset` of the output topic. */
export interface Line {
  readonly place: string
  /** Null: what stands there is no tracking event. */
  readonly text: Buffer | string | null
}

/** An event that came through Segment's webhook, as a tracking log has it. */
export interface LoggedEvent {
  readonly place: string
  /** Values by their path, such as `context.client.os`. */
  readonly fields: ReadonlyMap<string, Json>
  /** Equal for events all of whose fields are equal. */
  readonly digest: string
  /** When Segment received it, as it is written. */
  readonly receivedAt: string
}

/** Fields are told apart down to here; what is deeper is compared as a whole. */
const MOST_DEPTH = 3

/**
 * The event of a line. 'other' is an event of another origin: only Segment's have a `received_at` in their context.
 * Null: the line is no JSON object. A log may write something of its own before the object.
 */
export function readLoggedEvent(
  { place, text }: Line,
  isIgnored: (path: string) => boolean,
): LoggedEvent | 'other' | null {
  if (text === null) return null
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const json = Json.parse(bytes.subarray(Math.max(0, bytes.indexOf('{'))))
  if (!json?.isObject) return null
  const context = json.get('context')
  const receivedAt = context?.isObject ? context.get('received_at') : undefined
  if (!receivedAt?.isString) return 'other'
  const fields = new Map(fieldsOf(json, '', 1, isIgnored))
  const whole = [...fields].map(([path, value]) => `${JSON.stringify(path)}:${canonical(value)}`).sort()
  const digest = createHash('sha1').update(whole.join('\n')).digest('base64')
  return { place, fields, digest, receivedAt: receivedAt.string() }
}

function* fieldsOf(
  object: Json,
  prefix: string,
  depth: number,
  isIgnored: (path: string) => boolean,
): Generator<[string, Json]> {
  for (const [key, value] of object.members()) {
    const path = prefix + key
    if (isIgnored(path)) continue
    if (value.isObject && value.hasMembers && depth < MOST_DEPTH)
      yield* fieldsOf(value, `${path}.`, depth + 1, isIgnored)
    else yield [path, value]
  }
}
