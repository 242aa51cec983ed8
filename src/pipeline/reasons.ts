/** Where in the pipeline an outcome is decided; the label `stage` of metrics and error headers. */
export type Stage = 'decode' | 'check' | 'resolve' | 'translate' | 'encode'

interface Reason {
  readonly outcome: 'ignored' | 'rejected'
  readonly stage: Stage
  /** The one text that headers, logs and answers show. A constant: no value of an event ever stands in it. */
  readonly message: string
  /** What an operator can do about it. */
  readonly mend: string
}

const SENDER = 'The sender has to be corrected; the record will not pass as it is.'
const NOTHING = 'Nothing: these events are not wanted.'

/**
 * Every reason why a raw record is not emitted: one row each, the only place that says so. The messages of
 * the first block are the views' own; where a view raised an exception, the message is ours.
 */
export const REASONS = {
  channel_ignored: { outcome: 'ignored', stage: 'check', message: 'Channel ignored', mend: NOTHING },
  action_ignored: { outcome: 'ignored', stage: 'check', message: 'Action ignored', mend: NOTHING },
  source_ignored: {
    outcome: 'ignored',
    stage: 'check',
    message: 'Source ignored',
    mend: 'Nothing where these events are not wanted; else add the name of their library to TRACKING_SEGMENTIO_SOURCE_MAP.',
  },
  type_ignored: { outcome: 'ignored', stage: 'check', message: 'Type ignored', mend: NOTHING },
  name_ignored: { outcome: 'ignored', stage: 'check', message: 'Name ignored', mend: NOTHING },
  screen_ignored: { outcome: 'ignored', stage: 'translate', message: 'Screen ignored', mend: NOTHING },
  segment_delete: {
    outcome: 'ignored',
    stage: 'check',
    message: "Segment asks for the deletion of a person's data",
    mend: 'Delete what the site itself keeps of that person: docs/privacy.md says what is where.',
  },

  malformed_json: {
    outcome: 'rejected',
    stage: 'decode',
    message: 'The value is not JSON text in UTF-8',
    mend: SENDER,
  },
  not_an_object: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The event is JSON but not an object',
    mend: SENDER,
  },
  properties_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The properties field is not an object',
    mend: SENDER,
  },
  event_source_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The properties.event_source field is not a string',
    mend: SENDER,
  },
  action_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The action field is not a string',
    mend: SENDER,
  },
  client_context_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The context field is not an object',
    mend: SENDER,
  },
  context_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The properties.context field is neither an object nor a list of pairs',
    mend: SENDER,
  },
  library_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The context.library field is not an object, or its name is not a scalar',
    mend: SENDER,
  },
  type_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The type field is not a string',
    mend: SENDER,
  },
  name_missing: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The name field must be specified in the properties dictionary',
    mend: SENDER,
  },
  name_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The properties.name field is not a string',
    mend: SENDER,
  },
  data_missing: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The data field must be specified in the properties dictionary',
    mend: SENDER,
  },
  data_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The properties.data field is not a dict.',
    mend: SENDER,
  },
  context_not_an_object: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The properties.context field is not a dict.',
    mend: SENDER,
  },
  client_app_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'The context.app field is not an object',
    mend: SENDER,
  },
  user_id_missing: {
    outcome: 'rejected',
    stage: 'check',
    message: 'Required user_id missing from context',
    mend: SENDER,
  },
  user_id_invalid: {
    outcome: 'rejected',
    stage: 'check',
    message: 'Unable to parse userId as an integer',
    mend: SENDER,
  },
  user_unknown: {
    outcome: 'rejected',
    stage: 'resolve',
    message: 'Specified user does not exist',
    mend: 'Once the user table has the user: `errors replay --reason user_unknown --execute`.',
  },
  course_id_invalid: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'The course_id field of the context is not a string',
    mend: SENDER,
  },
  timestamp_missing: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'Required timestamp field not found',
    mend: SENDER,
  },
  timestamp_invalid: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'The timestamp field is not a time of a form that the rules read',
    mend: SENDER,
  },
  received_at_missing: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'Required receivedAt field not found',
    mend: SENDER,
  },
  received_at_invalid: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'The receivedAt field is not a time of a form that the rules read',
    mend: SENDER,
  },
  event_type_missing: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'The event_type field must be specified in the properties dictionary',
    mend: SENDER,
  },
  record_too_large: {
    outcome: 'rejected',
    stage: 'encode',
    message: "The tracking event would be over the output topic's size limit",
    mend: 'Raise MAX_BODY_BYTES, run `setup`, then `errors replay --reason record_too_large --execute`.',
  },
  internal_error: {
    outcome: 'rejected',
    stage: 'translate',
    message: 'The pipeline failed on this record',
    mend: 'A defect: report it with the class and position in `__streams.errors.message`, and once it is mended: `errors replay --reason internal_error --execute`.',
  },
} as const satisfies Record<string, Reason>

export type ReasonCode = keyof typeof REASONS
type OfOutcome<O> = { [C in ReasonCode]: (typeof REASONS)[C]['outcome'] extends O ? C : never }[ReasonCode]
export type IgnoredCode = OfOutcome<'ignored'>
export type RejectedCode = OfOutcome<'rejected'>
