export interface RefusalRow {
  readonly status: number
  /** The one text that the caller sees. A constant: nothing of the request ever stands in it. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Segment waits before it sends again anyway; other senders are told to. Seconds. */
const RETRY_LATER = { 'retry-after': '5' }

/**
 * Every reason not to answer 200, in the order of the checks. Segment gives an event up on a 4xx other than
 * 408, so whatever is the fault of our side is a 5xx.
 */
export const REFUSALS = {
  malformed_request: { status: 400, message: 'The request is not HTTP/1.1' },
  head_too_large: { status: 431, message: 'The request head is over the size limit' },
  request_timeout: { status: 408, message: 'The request did not arrive in time' },
  not_found: { status: 404, message: 'Not found' },
  method_not_allowed: { status: 405, message: 'Only POST is allowed here', headers: { allow: 'POST' } },
  not_configured: { status: 401, message: 'Unauthorized' },
  unauthorized: { status: 401, message: 'Unauthorized' },
  unsupported_type: { status: 415, message: 'The content type has to be application/json' },
  unsupported_encoding: { status: 415, message: 'The body has to be sent without a content encoding' },
  too_large: { status: 413, message: 'The body is over the size limit' },
  overloaded: { status: 503, message: 'Too much is in hand: send it again later', headers: RETRY_LATER },
  body_timeout: {
    status: 408,
    message: 'The body did not arrive in time',
    headers: { connection: 'close' },
  },
  /** Nobody hears this answer; the status is nginx's for a caller that went away. */
  client_closed: { status: 499, message: 'The caller has closed the connection' },
  signature_invalid: { status: 401, message: 'Unauthorized' },
  empty_body: { status: 400, message: 'The body is empty' },
  malformed_json: { status: 400, message: 'The body is not JSON text in UTF-8' },
  too_many_events: { status: 413, message: 'The array has more events than a body of real events can hold' },
  kafka_unavailable: {
    status: 503,
    message: 'The events could not be stored: send them again later',
    headers: RETRY_LATER,
  },
  internal_error: { status: 500, message: 'An unforeseen error: send it again later' },
} as const satisfies Record<string, RefusalRow>

export type Refusal = keyof typeof REFUSALS
