import { addresses, choice, flag, integer, pem, text, url, verbatim } from './kinds.ts'
import type { Setting } from './setting.ts'

const NEED_KAFKA = ['bridge', 'doctor', 'errors', 'export', 'find', 'process', 'replay', 'setup'] as const
/** `compare` can do without them where it is given a file. */
const KAFKA = ['compare', ...NEED_KAFKA] as const
const NEED_REGISTRY = ['doctor', 'export', 'process', 'schema', 'setup'] as const
const REGISTRY = ['compare', ...NEED_REGISTRY] as const
const USERS = ['doctor', 'errors', 'process', 'translate'] as const

/** Where Kafka, the schema registry and the database are. */
export const CONNECTIONS = {
  KAFKA_BROKERS: {
    ...addresses,
    purpose:
      'Brokers to start from, such as `kafka-1:9092,kafka-2:9092` (`compare` needs it only without `--with`)',
    usedBy: KAFKA,
    requiredBy: NEED_KAFKA,
  },
  KAFKA_CLIENT_ID: {
    ...text('a name'),
    default: 'segment-to-edx',
    purpose: 'What brokers call this client in their logs and quotas',
    usedBy: KAFKA,
  },
  KAFKA_FAST_CODE: {
    ...flag,
    default: 'true',
    purpose: "Read and write records by this product's own code: the same bytes as kafkajs's, and faster",
    usedBy: KAFKA,
  },
  KAFKA_SSL: { ...flag, default: 'false', purpose: 'Speak TLS with the brokers', usedBy: KAFKA },
  KAFKA_SSL_CA: {
    ...pem,
    purpose: "Certificates that the brokers' are checked against, instead of the system's",
    usedBy: KAFKA,
    file: true,
  },
  KAFKA_SSL_CERT: { ...pem, purpose: 'Client certificate, for mutual TLS', usedBy: KAFKA, file: true },
  KAFKA_SSL_KEY: {
    ...pem,
    purpose: "Private key of the client's certificate",
    usedBy: KAFKA,
    secret: true,
    file: true,
  },
  KAFKA_SASL_MECHANISM: {
    ...choice('plain', 'scram-sha-256', 'scram-sha-512'),
    purpose: 'How to log in to Kafka; unset: not at all',
    usedBy: KAFKA,
  },
  KAFKA_SASL_USERNAME: { ...verbatim, purpose: 'Kafka user', usedBy: KAFKA },
  KAFKA_SASL_PASSWORD: { ...verbatim, purpose: 'Its password', usedBy: KAFKA, secret: true, file: true },

  SCHEMA_REGISTRY_URL: {
    ...url('http', 'https'),
    purpose: 'Base address of the Confluent-compatible schema registry, such as `http://registry:8081`',
    usedBy: REGISTRY,
    requiredBy: NEED_REGISTRY,
  },
  SCHEMA_REGISTRY_USER: { ...verbatim, purpose: 'User for basic authentication', usedBy: REGISTRY },
  SCHEMA_REGISTRY_PASSWORD: {
    ...verbatim,
    purpose: 'Its password',
    usedBy: REGISTRY,
    secret: true,
    file: true,
  },

  DATABASE_URL: {
    ...url('postgres', 'postgresql'),
    purpose:
      "PostgreSQL with edX's user table (`translate` needs it only without `--users`, `errors` only with `--try`)",
    usedBy: USERS,
    requiredBy: ['doctor', 'process'],
    secret: true,
    file: true,
  },
  USERS_TABLE: {
    ...text('a table name, with its schema where needed', /^\w+(\.\w+)?$/),
    default: 'auth_user',
    purpose: 'Table of users, read only',
    usedBy: USERS,
  },
  USERS_ID_COLUMN: {
    ...text('a column name', /^\w+$/),
    default: 'id',
    purpose: "Column of the user's id, an integer key",
    usedBy: USERS,
  },
  USERS_NAME_COLUMN: {
    ...text('a column name', /^\w+$/),
    default: 'username',
    purpose: 'Column of the user name',
    usedBy: USERS,
  },
  USERS_CACHE_SIZE: {
    ...integer(0, 10_000_000),
    default: '100000',
    purpose: 'Known users kept in memory at most; 0 asks for each batch anew',
    usedBy: USERS,
  },
  USERS_CACHE_TTL_MS: {
    ...integer(0, 86_400_000),
    unit: 'ms',
    default: '300000',
    purpose: 'How long a known user is kept: a rename is seen after that time at the latest',
    usedBy: USERS,
  },
  USER_GRACE_MS: {
    ...integer(0, 3_600_000),
    unit: 'ms',
    default: '0',
    purpose: 'A record younger than this whose user is unknown is tried again, for read replicas that lag',
    usedBy: ['doctor', 'process'],
  },
  DATABASE_TIMEOUT_MS: {
    ...integer(100, 600_000),
    unit: 'ms',
    default: '5000',
    purpose: 'Time for connecting, and for one query',
    usedBy: USERS,
  },
} as const satisfies Record<string, Setting>
