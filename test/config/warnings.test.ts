import { expect, test } from 'vitest'
import { secretTexts } from '#src/config/secrets.ts'
import { SETTINGS } from '#src/config/table.ts'
import { settingsWarnings } from '#src/config/warnings.ts'

test.each([
  ['KAFKA_BROKER', 'KAFKA_BROKERS'],
  ['TRACKING_SEGMENTIO_ALLOWED_CHANNEL', 'TRACKING_SEGMENTIO_ALLOWED_CHANNELS'],
  ['DATABASE_URL_FIEL', 'DATABASE_URL_FILE'],
  ['metrics_port', 'METRICS_PORT'],
])('%s is taken for a misspelt %s', (name, meant) => {
  expect(settingsWarnings({ [name]: 'x' }, 'process')).toEqual([
    `${name} is no setting: did you mean ${meant}?`,
  ])
})

test('nothing is said of the settings themselves and of what else an environment holds', () => {
  const names = [
    ...Object.keys(SETTINGS),
    'DATABASE_URL_FILE',
    'KAFKA_HEAP_OPTS',
    'DATABASE_HOST',
    'PATH',
    'RULE',
  ]
  expect(settingsWarnings(Object.fromEntries(names.map(name => [name, 'x'])), 'process')).toEqual([])
})

test('an empty list allows nothing, which the commands that use it say', () => {
  const env = { TRACKING_SEGMENTIO_ALLOWED_ACTIONS: '' }
  expect(settingsWarnings(env, 'translate')).toEqual([
    'TRACKING_SEGMENTIO_ALLOWED_ACTIONS is empty, which allows nothing: unset it for Track,Screen',
  ])
  expect(settingsWarnings(env, 'bridge')).toEqual([])
})

test('secret texts include the password within a URL, as it is and as it is written there', () => {
  const url = 'postgres://edx:p%40ss!@db/edx'
  const settings = { DATABASE_URL: url, KAFKA_SASL_PASSWORD: 'hunter2', KAFKA_SASL_USERNAME: 'user' }
  expect(secretTexts(settings)).toEqual([url, 'p%40ss!', 'p@ss!', 'hunter2'])
})
