import type { Json } from '../../json/json.ts'
import type { Loose, Utf8Slice } from '../../shapes.ts'

/** A tracking event once its fields are where the log has them, while edX's transformers change it in place. */
export interface MappedEvent {
  name: Exclude<Loose, Utf8Slice>
  eventType: Loose
  page: Loose
  /** The members of `context` that have no field of their own in the log. */
  readonly context: Map<string, Json>
  /** The members of `event`. */
  readonly payload: Map<string, Json>
}

/**
 * False where edX's own transformer raises: its caller then goes on with the event's name, type and page as they
 * were, and with whatever the context and the payload have become by then.
 */
export type Transformer = (event: MappedEvent) => boolean

/** One of the things that a transformer does, in order. */
export type Step = Transformer

export const isText = (value: Json | undefined, text: string): boolean =>
  value?.isString === true && value.string() === text

/** Takes the member out. */
export function take(members: Map<string, Json>, key: string): Json | undefined {
  const value = members.get(key)
  members.delete(key)
  return value
}
