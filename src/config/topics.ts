import { integer, text } from './kinds.ts'
import type { Setting } from './setting.ts'

const topic = text('a topic name: up to 249 letters, digits, . _ -', /^(?!\.{1,2}$)[\w.-]{1,249}$/)
const retention = {
  ...integer(-1, Number.MAX_SAFE_INTEGER),
  unit: 'ms',
  expected: 'milliseconds, or -1 for no limit',
} as const
const TRANSLATING = ['doctor', 'errors', 'process', 'setup', 'translate'] as const

/** The three topics, the consumer group, and what `setup` gives the topics. */
export const TOPICS = {
  RAW_TOPIC: {
    ...topic,
    default: 'segment.raw',
    purpose: "Topic of the sender's bytes, written by the bridge",
    usedBy: ['bridge', 'find', 'replay', ...TRANSLATING],
  },
  OUTPUT_TOPIC: {
    ...topic,
    default: 'edx.tracking',
    purpose: 'Topic of the Avro tracking events; its subject in the registry is `<topic>-value`',
    usedBy: ['compare', 'export', 'find', 'schema', ...TRANSLATING],
  },
  ERROR_TOPIC: {
    ...topic,
    default: 'edx.tracking.errors',
    purpose: 'Topic of the rejected records',
    usedBy: ['find', ...TRANSLATING],
  },
  CONSUMER_GROUP: {
    ...text('a name'),
    default: 'segment-to-edx',
    purpose:
      'Consumer group of the processors, and the prefix of their transactional ids; the bridge shows its lag',
    usedBy: ['bridge', 'replay', ...TRANSLATING],
  },
  TOPIC_PARTITIONS: {
    ...integer(1, 10_000),
    default: '8',
    purpose: 'Partitions of each topic that `setup` creates: as many processors can share the work',
    usedBy: ['doctor', 'setup'],
  },
  RAW_RETENTION_MS: {
    ...retention,
    default: '3024000000',
    purpose: 'How long Kafka keeps raw records, and how far back one can replay',
    usedBy: ['doctor', 'setup'],
  },
  OUTPUT_RETENTION_MS: {
    ...retention,
    default: '3024000000',
    purpose: 'How long tracking events are kept; not less than raw, whose timestamps they carry',
    usedBy: ['doctor', 'setup'],
  },
  ERROR_RETENTION_MS: {
    ...retention,
    default: '7776000000',
    purpose: 'How long rejected records are kept; not less than raw',
    usedBy: ['doctor', 'setup'],
  },
  MAX_BODY_BYTES: {
    ...integer(1_024, 268_435_456),
    unit: 'bytes',
    default: '8388608',
    purpose: "Largest request body; the topics' size limits follow from it, so run `setup` after a change",
    usedBy: ['bridge', ...TRANSLATING],
  },
} as const satisfies Record<string, Setting>
