import { readFileSync } from 'node:fs'

/** The text of the output topic's Avro schema; `schemas/` stands beside both `src` and `dist`. */
export const TRACKING_EVENT_SCHEMA: string = readFileSync(
  new URL('../../schemas/tracking-event.avsc', import.meta.url),
  'utf8',
)

/** The name under which the registry has the schema of a topic's values. */
export const subjectOf = (topic: string): string => `${topic}-value`
