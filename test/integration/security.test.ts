import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { ACLS } from '../../dev/docs/acls.ts'
import { CLIENT_NAME } from '../../dev/stack/certificates.ts'
import { cluster, own } from '../support/cluster.ts'
import { EVENT } from '../support/fake-kafka.ts'
import { run, type Started, start } from '../support/product.ts'
import { allow, tlsProxy } from '../support/secured.ts'
import { passwordOf } from '../support/stack-setup.ts'

/* Every command against servers that ask who it is, and allow it just what docs/security.md lists. */

const { secured, registryUrl, databaseUrl } = inject('stack')
const { admin, placeOf } = cluster()
const started: Started[] = []
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL')
})
beforeEach(({ skip }) => {
  if (!secured) skip('OpenSSL is missing, which makes the certificates: apt-get install openssl')
})

const certificates = secured?.certificates ?? {
  ca: '',
  server: { cert: '', key: '' },
  client: { cert: '', key: '' },
}
const TLS = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: certificates.ca }
const login = (user: string, mechanism: string) => ({
  ...TLS,
  KAFKA_BROKERS: secured?.saslSsl ?? '',
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: passwordOf(user),
})
const certified = {
  ...TLS,
  KAFKA_BROKERS: secured?.ssl ?? '',
  KAFKA_SSL_CERT_FILE: certificates.client.cert,
  KAFKA_SSL_KEY_FILE: certificates.client.key,
}

function startServer(command: string, settings: Record<string, string>): Started {
  const server = start([command], settings)
  started.push(server)
  return server
}

async function stop(server: Started): Promise<void> {
  server.child.kill('SIGTERM')
  expect(await server.ended(), server.output()).toBe(0)
  expect(server.output()).not.toMatch(/authorization failed|not authorized|may not do this/i)
}

async function post(bridge: Started, key = 'anything', body = EVENT): Promise<number> {
  const [, url] = await bridge.until(/webhook is served at ([^\s"]+)/)
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${url}?key=${key}`, { method: 'POST', headers, body })).status
}

/** A file that a test may write anew. */
function fileWith(content: string) {
  const directory = mkdtempSync(join(tmpdir(), 'segedx-secret-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'secret')
  const write = (text: string) => writeFileSync(path, `${text}\n`)
  write(content)
  return { path, write }
}

test('the whole way, each command as a user of its own who may do what is listed, and no more', async () => {
  const { settings, raw, group } = own()
  const registry = await tlsProxy(registryUrl, certificates, 'registrar:registry-password')
  onTestFinished(registry.close)
  const secure = {
    ...settings,
    SCHEMA_REGISTRY_URL: registry.url,
    SCHEMA_REGISTRY_USER: 'registrar',
    SCHEMA_REGISTRY_PASSWORD: 'registry-password',
    NODE_EXTRA_CA_CERTS: certificates.ca,
    DATABASE_URL: `${databaseUrl.replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=${certificates.ca}`,
  }
  for (const command of Object.keys(ACLS) as (keyof typeof ACLS)[]) {
    await allow(admin, command === 'bridge' ? CLIENT_NAME : command, command, settings)
  }

  /** Runs a command as the user that bears its name, and gives what it writes. */
  const succeed = async (mechanism: string, ...args: [command: string, ...rest: string[]]) => {
    const { exitCode, output } = await run(args, { ...secure, ...login(args[0], mechanism) })
    expect(exitCode, output).toBe(0)
    return output
  }

  await succeed('scram-sha-512', 'setup', '--start', 'earliest')
  const bridge = startServer('bridge', { ...secure, ...certified })
  await expect.poll(() => post(bridge)).toBe(200)
  expect(await post(bridge, 'anything', 'no JSON')).toBe(400)
  await stop(bridge)

  const atEnd = async () => {
    const ends = await admin.fetchTopicOffsets(raw)
    const place = await placeOf(group, raw)
    return ends.every(({ partition, high }) => place[partition]?.[0] === Number(high))
  }
  const asProcess = { ...secure, ...login('process', 'scram-sha-256') }
  const first = startServer('process', asProcess)
  await expect.poll(atEnd, { message: first.output() }).toBe(true)
  await stop(first)

  expect(await succeed('plain', 'replay', '--to-earliest', '--execute')).toContain('2 records done again')
  const second = startServer('process', asProcess)
  await expect.poll(atEnd).toBe(true)
  await stop(second)

  for (const action of [['replay', '--limit', '1', '--execute'], ['stats', '--replayed'], ['list']])
    await succeed('scram-sha-512', 'errors', ...action)
  const looked = await succeed('scram-sha-256', 'doctor')
  expect(looked).toContain('answers, and lets doctor in')
  expect(looked).toMatch(/^warning .*this user may not write to .*tracking and .*errors, as `process` does$/m)

  const lines = (await succeed('plain', 'export', '--repeats')).match(/^\{.*"username".*$/gm) ?? []
  expect(lines).toHaveLength(2)
  await succeed('scram-sha-256', 'compare', fileWith(lines.join('\n')).path)
  expect(await succeed('plain', 'find', '10')).toMatch(/^1 in .*raw, 2 in .*tracking, 0 in .*errors$/m)
})

describe('what is refused is said, with what to look at', () => {
  const { settings } = own()
  const replay = (extra: Record<string, string>) =>
    run(['replay', '--to-earliest'], { ...settings, ...extra })

  test('a wrong password, which is not shown', async () => {
    const { exitCode, output } = await replay({
      ...login('replay', 'plain'),
      KAFKA_SASL_PASSWORD: 'hunter2hunter2',
    })
    expect(exitCode).toBe(1)
    expect(output).toContain('Kafka does not let the user in: check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD')
    expect(output).not.toContain('hunter2')
  })

  test('a user who may not do it', async () => {
    const { exitCode, output } = await run(['setup', '--start', 'earliest', '--wait', '1'], {
      ...settings,
      ...login('nobody', 'plain'),
    })
    expect(exitCode).toBe(1)
    expect(output).toContain('The user of Kafka may not do this: docs/security.md lists')
  })

  test.each([
    [['export'], 1, /allow this user to read .*tracking/],
    [['errors', 'stats'], 1, /allow this user to read .*errors/],
    [['process'], 2, /The topic .* does not exist, or may not be seen by this user: create it with `setup`/],
    [
      ['bridge'],
      2,
      /The raw topic .* does not exist, or may not be seen by this user: create it with `setup`/,
    ],
    [
      ['doctor'],
      1,
      /^fault .*group permission: The user of Kafka may not do this, or .*: docs\/security\.md lists/m,
    ],
  ])('%j of a user who may do nothing', async (args, exitCode, message) => {
    const { settings } = own()
    await run(['setup', '--start', 'earliest'], settings)
    const refused = await run(args, { ...settings, ...login('nobody', 'plain') })
    expect(refused.exitCode, refused.output).toBe(exitCode)
    expect(refused.output).toMatch(message)
  })

  test('a topic that is not there, or that the user may not see', async () => {
    const { exitCode, output } = await replay(login('nobody', 'plain'))
    expect(exitCode).toBe(2)
    expect(output).toMatch(/The topic .* does not exist, or may not be seen by this user: check RAW_TOPIC/)
  })

  test('an authority that nobody knows', async () => {
    const { KAFKA_SSL_CA_FILE: _, ...unknown } = login('replay', 'plain')
    const { exitCode, output } = await run(['setup', '--start', 'earliest', '--wait', '1'], {
      ...settings,
      ...unknown,
    })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/could not be used for 1 s: check .* KAFKA_SSL .*certificate/)
  })

  test('a database whose certificate is not the expected one', async () => {
    const events = fileWith(EVENT).path
    const strict = { ...settings, DATABASE_URL: `${databaseUrl}?sslmode=verify-full` }
    const { exitCode, output } = await run(['translate', events], strict)
    expect(exitCode).toBe(1)
    expect(output).toMatch(/users could not be read .*: .*certificate/)
  })
})

describe('on SIGHUP secrets are read again from their files', () => {
  test('that of the webhook', async () => {
    const { settings } = own()
    await run(['setup', '--start', 'earliest'], settings)
    const { TRACKING_SEGMENTIO_WEBHOOK_SECRET: _, ...rest } = settings
    const file = fileWith('first-secret')
    const bridge = startServer('bridge', { ...rest, TRACKING_SEGMENTIO_WEBHOOK_SECRET_FILE: file.path })
    await expect.poll(() => post(bridge, 'first-secret')).toBe(200)
    file.write('second-secret')
    expect(await post(bridge, 'second-secret')).toBe(401)
    bridge.child.kill('SIGHUP')
    await bridge.until(/"event":"secrets_read".*TRACKING_SEGMENTIO_WEBHOOK_SECRET/)
    expect(await post(bridge, 'second-secret')).toBe(200)
    expect(await post(bridge, 'first-secret')).toBe(401)
    rmSync(file.path)
    bridge.child.kill('SIGHUP')
    await bridge.until(/"event":"secrets_wrong"/)
    expect(await post(bridge, 'second-secret')).toBe(200)
    await stop(bridge)
    expect(bridge.output()).not.toMatch(/first-secret|second-secret/)
  })

  test('those of Kafka and the database', async () => {
    const { settings } = own()
    await run(['setup', '--start', 'earliest'], settings)
    await allow(admin, 'process', 'process', settings)
    const { KAFKA_SASL_PASSWORD: password, ...rest } = login('process', 'plain')
    const kafka = fileWith('not-the-password')
    const wrongUrl = databaseUrl.replace(/:[^:@/]+@/, ':not-the-password@')
    const database = fileWith(wrongUrl)
    const { DATABASE_URL: _, ...others } = settings
    const processor = startServer('process', {
      ...others,
      ...rest,
      KAFKA_SASL_PASSWORD_FILE: kafka.path,
      DATABASE_URL_FILE: database.path,
    })
    await processor.until(/kafka_unavailable.*Kafka does not let the user in/)
    kafka.write(password)
    processor.child.kill('SIGHUP')
    const [, url] = await processor.until(/"url":"(http:[^"]+)"/)
    const readiness = async () => (await fetch(`${url}/readyz`)).text()
    await expect.poll(readiness).toMatch(/password of DATABASE_URL/)
    database.write(databaseUrl)
    processor.child.kill('SIGHUP')
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200)
    await stop(processor)
    expect(processor.output()).not.toContain(readFileSync(kafka.path, 'utf8').trim())
  })
})
