import { choice, flag, integer, list, mapping, port, text } from './kinds.ts'
import type { Setting } from './setting.ts'

const RULES = ['doctor', 'errors', 'process', 'translate'] as const
const SERVERS = ['bridge', 'process'] as const

/** The rules, the exactly-once loop, and how processes are watched. */
export const PROCESSING = {
  RULES: {
    ...choice('seed', 'current'),
    default: 'seed',
    purpose: "The rule set: `seed`, edX's view of 2014, or `current`, its view of today",
    usedBy: RULES,
  },
  TRACKING_SEGMENTIO_ALLOWED_CHANNELS: {
    ...list,
    default: 'mobile',
    purpose: 'RULES=seed: values of `properties.event_source` that are let through, in any case; empty: none',
    usedBy: RULES,
  },
  TRACKING_SEGMENTIO_ALLOWED_ACTIONS: {
    ...list,
    default: 'Track,Screen',
    purpose: 'RULES=seed: values of `action` that are let through, in any case; empty: none',
    usedBy: RULES,
  },
  TRACKING_SEGMENTIO_SOURCE_MAP: {
    ...mapping,
    default: 'analytics-android=mobile,analytics-ios=mobile',
    purpose:
      'RULES=current: `library=source`, what `event_source` is by the name of the library that sends; others are ignored',
    usedBy: RULES,
  },
  TRACKING_SEGMENTIO_ALLOWED_TYPES: {
    ...list,
    default: 'track',
    purpose: 'RULES=current: values of `type` that are let through, in any case; empty: none',
    usedBy: RULES,
  },
  TRACKING_SEGMENTIO_DISALLOWED_SUBSTRING_NAMES: {
    ...list,
    default: '',
    purpose: 'RULES=current: events with one of these in their name, in any case, are ignored',
    usedBy: RULES,
  },

  SESSION_TIMEOUT_MS: {
    ...integer(6_000, 1_800_000),
    unit: 'ms',
    default: '10000',
    purpose: 'After this long without a heartbeat a processor is dead and its partitions go to others',
    usedBy: ['process'],
  },
  TRANSACTION_TIMEOUT_MS: {
    ...integer(1_000, 900_000),
    unit: 'ms',
    default: '10000',
    purpose: 'After this long the broker aborts a transaction that nobody ended',
    usedBy: ['process', 'replay'],
  },
  COMMIT_INTERVAL_MS: {
    ...integer(0, 10_000),
    unit: 'ms',
    default: '0',
    purpose:
      'From one transaction to the next, at least, unless records wait: fewer of them spare broker and processor, at the price of latency',
    usedBy: ['process'],
  },
  OUTPUT_COMPRESSION: {
    ...choice('none', 'gzip', 'snappy', 'lz4', 'zstd'),
    default: 'lz4',
    purpose:
      'Compression of what is written, zstd from Node.js 22.15 on; raw records are read whatever they are compressed with',
    usedBy: ['process'],
  },
  REJECTION_BREAKER: {
    ...flag,
    default: 'on',
    purpose: 'Stop, and be not ready, when most records of many senders are suddenly rejected; off: go on',
    usedBy: ['process'],
  },

  METRICS_HOST: {
    ...text('an address'),
    default: '127.0.0.1',
    purpose: 'Address of `/metrics`, `/healthz` and `/readyz`; 0.0.0.0 for all',
    usedBy: SERVERS,
  },
  METRICS_PORT: { ...port, default: '9464', purpose: 'Port of the same', usedBy: SERVERS },
  LOG_LEVEL: {
    ...choice('error', 'warn', 'info', 'debug'),
    default: 'info',
    purpose: 'Least level that is logged; debug also prints the stack of the error that ends a command',
    usedBy: [
      'bridge',
      'compare',
      'doctor',
      'errors',
      'export',
      'find',
      'process',
      'replay',
      'schema',
      'setup',
      'translate',
    ],
  },
  BUILD_REVISION: {
    ...text('a revision'),
    default: 'unknown',
    purpose: 'Revision that the metric `build_info` shows; the image sets it',
    usedBy: SERVERS,
  },
} as const satisfies Record<string, Setting>
