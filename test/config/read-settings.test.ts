import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SETTINGS } from '#src/config/table.ts'
import { readSettings, type Settings, SettingsError } from '#src/config.ts'

const REQUIRED = {
  KAFKA_BROKERS: 'kafka:9092',
  SCHEMA_REGISTRY_URL: 'http://registry:8081/',
  DATABASE_URL: 'postgres://edx:pw@db/edx',
}

function faultsOf(read: () => unknown): Record<string, string> {
  try {
    read()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    for (const { name, problem } of error.faults) expect(error.message).toContain(`${name} ${problem}`)
    return Object.fromEntries(error.faults.map(({ name, problem }) => [name, problem]))
  }
  throw new Error('There was no fault')
}

function fileWith(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'secret')
  writeFileSync(path, content)
  return path
}

describe('values', () => {
  test('every default passes its own schema', () => {
    const settings: Settings = readSettings(REQUIRED)
    expect(Object.keys(settings)).toEqual(Object.keys(SETTINGS))
    expect(settings).toMatchObject({
      KAFKA_BROKERS: ['kafka:9092'],
      SCHEMA_REGISTRY_URL: 'http://registry:8081',
      RAW_TOPIC: 'segment.raw',
      OUTPUT_RETENTION_MS: 35 * 86_400_000,
      MAX_BODY_BYTES: 8 * 1024 * 1024,
      TRACKING_SEGMENTIO_ALLOWED_CHANNELS: ['mobile'],
      TRACKING_SEGMENTIO_ALLOWED_ACTIONS: ['Track', 'Screen'],
      TRACKING_SEGMENTIO_WEBHOOK_SECRET: undefined,
      REJECTION_BREAKER: true,
      LOG_LEVEL: 'info',
    })
  })

  test.each([
    ['KAFKA_BROKERS', ' a:1, [::1]:2 ,', ['a:1', '[::1]:2']],
    ['KAFKA_SSL', 'TRUE', true],
    ['REJECTION_BREAKER', 'off', false],
    ['LOG_LEVEL', 'DEBUG', 'debug'],
    ['METRICS_PORT', ' 0 ', 0],
    ['RAW_RETENTION_MS', '60000', 60_000],
    ['WEBHOOK_PATH', '/hook', '/hook'],
    ['USERS_TABLE', 'edx.auth_user', 'edx.auth_user'],
    ['TRACKING_SEGMENTIO_ALLOWED_ACTIONS', 'Track, Page View ,,', ['Track', 'Page View']],
    ['TRACKING_SEGMENTIO_ALLOWED_CHANNELS', '', []],
    ['METRICS_HOST', '', '127.0.0.1'],
  ] as const)('%s=%j is %j', (name, text, value) => {
    expect(readSettings({ ...REQUIRED, [name]: text })[name]).toEqual(value)
  })

  test('the webhook secret is taken whole', () => {
    const secret = ' a, b \n'
    const settings = readSettings({ ...REQUIRED, TRACKING_SEGMENTIO_WEBHOOK_SECRET: secret }, 'bridge')
    expect(settings.TRACKING_SEGMENTIO_WEBHOOK_SECRET).toBe(secret)
  })

  test('a command gets only what it uses and needs only what it must have', () => {
    const settings = readSettings({ KAFKA_BROKERS: 'kafka:9092', DATABASE_TIMEOUT_MS: 'nonsense' }, 'bridge')
    expect(settings.BRIDGE_PORT).toBe(8088)
    expect(settings).not.toHaveProperty('DATABASE_TIMEOUT_MS')
    expect(readSettings({}, 'translate').DATABASE_URL).toBeUndefined()
    expect(Object.keys(faultsOf(() => readSettings({}, 'process')))).toEqual(Object.keys(REQUIRED))
  })
})

describe('faults', () => {
  test('all of them come at once, by name, with what was expected', () => {
    const faults = faultsOf(() =>
      readSettings({
        KAFKA_BROKERS: 'kafka',
        SCHEMA_REGISTRY_URL: 'registry:8081',
        METRICS_PORT: '99999',
        SESSION_TIMEOUT_MS: '10s',
        KAFKA_SSL: 'maybe',
        RAW_TOPIC: 'a topic',
        LOG_LEVEL: 'loud',
      }),
    )
    expect(faults).toEqual({
      KAFKA_BROKERS: 'is not as it should be: expected host:port, several of them separated by commas',
      KAFKA_SSL: 'is "maybe": expected true or false',
      SCHEMA_REGISTRY_URL: 'is not as it should be: expected a URL that begins with http:// or https://',
      DATABASE_URL:
        'is missing (or DATABASE_URL_FILE): expected a URL that begins with postgres:// or postgresql://',
      RAW_TOPIC: 'is "a topic": expected a topic name: up to 249 letters, digits, . _ -',
      SESSION_TIMEOUT_MS: 'is "10s": expected an integer from 6000 to 1800000',
      METRICS_PORT: 'is "99999": expected a port from 1 to 65535, or 0 for any free one',
      LOG_LEVEL: 'is "loud": expected one of error, warn, info, debug',
    })
  })

  test('zstd, which not every Node.js can write', () => {
    const read = () => readSettings({ ...REQUIRED, OUTPUT_COMPRESSION: 'zstd' }, 'process').OUTPUT_COMPRESSION
    if ('zstdCompress' in zlib) return expect(read()).toBe('zstd')
    const problem = `is zstd, which Node.js ${process.versions.node} cannot write: expected another, such as lz4, or Node.js 22.15 or newer`
    expect(faultsOf(read)).toEqual({ OUTPUT_COMPRESSION: problem })
  })

  test('no fault shows a secret', () => {
    const env = {
      KAFKA_BROKERS: 'user:hunter2@kafka:9092',
      KAFKA_SSL_KEY: 'hunter2',
      SCHEMA_REGISTRY_URL: 'ftp://user:hunter2@registry',
      DATABASE_URL: 'mysql://edx:hunter2@db/edx',
      KAFKA_SASL_PASSWORD_FILE: '/nowhere/hunter2',
      SEGMENT_SIGNING_SECRET_PREVIOUS: 'hunter2',
    }
    const faults = faultsOf(() => readSettings(env))
    expect(Object.keys(faults).sort()).toEqual([
      'DATABASE_URL',
      'KAFKA_BROKERS',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_SSL_KEY',
      'SCHEMA_REGISTRY_URL',
      'SEGMENT_SIGNING_SECRET',
    ])
    expect(JSON.stringify(faults)).not.toContain('hunter2')
  })

  test.each([
    ['KAFKA_SASL_PASSWORD', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_USERNAME: 'u' }],
    ['KAFKA_SSL', { KAFKA_SSL_CA: '-----BEGIN CERTIFICATE-----' }],
    ['SCHEMA_REGISTRY_USER', { SCHEMA_REGISTRY_PASSWORD: 'p' }],
    ['TRACKING_SEGMENTIO_WEBHOOK_SECRET', { TRACKING_SEGMENTIO_WEBHOOK_SECRET_PREVIOUS: 'p' }],
    ['OUTPUT_RETENTION_MS', { OUTPUT_RETENTION_MS: '1000' }],
    ['ERROR_RETENTION_MS', { RAW_RETENTION_MS: '-1', OUTPUT_RETENTION_MS: '-1' }],
    ['BRIDGE_MAX_INFLIGHT_BYTES', { BRIDGE_MAX_INFLIGHT_BYTES: '2000' }],
    ['OUTPUT_TOPIC', { OUTPUT_TOPIC: 'segment.raw' }],
  ])('%s does not go with %j', (name, env) => {
    expect(Object.keys(faultsOf(() => readSettings({ ...REQUIRED, ...env })))).toEqual([name])
  })
})

describe('secrets in files', () => {
  const read = (env: NodeJS.ProcessEnv) =>
    readSettings({ KAFKA_BROKERS: 'kafka:9092', ...env }, 'bridge').TRACKING_SEGMENTIO_WEBHOOK_SECRET

  test.each([
    ['one line break at the end is not part of it', 'top\n', 'top'],
    ['nor is that of Windows', 'top\r\n', 'top'],
    ['all else is', ' top \n\n', ' top \n'],
  ])('%s', (_, content, secret) => {
    expect(read({ TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE: fileWith(content) })).toBe(secret)
  })

  test('an empty file means unset, as an empty variable does', () => {
    expect(read({ TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE: fileWith('') })).toBeUndefined()
    expect(read({ TRACKING_SEGMENTIO_WEBHOOK_SECRET: '' })).toBeUndefined()
  })

  test('both a variable and a file are a fault, and so is a file that cannot be read', () => {
    const path = fileWith('top')
    const both = { TRACKING_SEGMENTIO_WEBHOOK_SECRET: 'top', TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE: path }
    const missing = { TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE: `${path}.missing` }
    expect(faultsOf(() => read(both))).toEqual({
      TRACKING_SEGMENTIO_WEBHOOK_SECRET:
        'is given twice, also as TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE: expected one of the two',
    })
    expect(faultsOf(() => read(missing))).toEqual({
      TRACKING_SEGMENTIO_WEBHOOK_SECRET:
        'cannot be read from TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE (ENOENT): expected the path of a readable file',
    })
  })
})
