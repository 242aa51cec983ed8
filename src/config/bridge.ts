import { flag, integer, port, text, verbatim } from './kinds.ts'
import type { Setting } from './setting.ts'

const usedBy = ['bridge'] as const
const secret = { ...verbatim, usedBy, secret: true, file: true } as const

/** The webhook server. */
export const BRIDGE = {
  BRIDGE_HOST: {
    ...text('an address'),
    default: '127.0.0.1',
    purpose: 'Address to listen on; 0.0.0.0 for all',
    usedBy,
  },
  BRIDGE_PORT: { ...port, default: '8088', purpose: 'Port to listen on', usedBy },
  WEBHOOK_PATH: {
    ...text('a path that begins with /, without a query', /^\/[^\s?#]*$/),
    default: '/segmentio/event',
    purpose: 'Path of the webhook',
    usedBy,
  },
  WEBHOOK_HOST: {
    ...text('a host name'),
    purpose: 'Host name that events are given; unset: that of the request',
    usedBy,
  },
  BRIDGE_MAX_INFLIGHT_BYTES: {
    ...integer(1_024, 17_179_869_184),
    unit: 'bytes',
    default: '67108864',
    purpose: 'Bytes of all requests in hand; over it the answer is 503',
    usedBy,
  },
  BRIDGE_BODY_TIMEOUT_MS: {
    ...integer(100, 600_000),
    unit: 'ms',
    default: '10000',
    purpose: 'Time for a body to arrive; after it the answer is 408',
    usedBy,
  },
  BRIDGE_DRAIN_DELAY_MS: {
    ...integer(0, 600_000),
    unit: 'ms',
    default: '2000',
    purpose: 'Time between not being ready and closing the port on SIGTERM, for load balancers to notice',
    usedBy,
  },
  TRACKING_SEGMENTIO_WEBHOOK_SECRET: {
    ...secret,
    purpose: 'What `?key=` must be, taken whole; unset: every request is answered 401',
  },
  TRACKING_SEGMENTIO_WEBHOOK_SECRET_PREVIOUS: {
    ...secret,
    purpose: 'Also accepted, while the secret is changed',
  },
  SEGMENT_SIGNING_SECRET: {
    ...secret,
    purpose:
      "Shared secret of Segment's `X-Signature`; where set, the signature is required as well as the key",
  },
  SEGMENT_SIGNING_SECRET_PREVIOUS: {
    ...secret,
    purpose: 'Also accepted, while the signing secret is changed',
  },
  SEGMENT_SIGNATURE_FIRST_ELEMENT: {
    ...flag,
    default: 'false',
    purpose: 'Of an array, also accept a signature of its first element alone, as Segment signs batches',
    usedBy,
  },
} as const satisfies Record<string, Setting>
