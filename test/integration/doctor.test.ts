import pgPromise from 'pg-promise'
import { expect, inject, onTestFinished, test } from 'vitest'
import { alterTopic } from '#src/kafka/topic-changes.ts'
import { cluster, own } from '../support/cluster.ts'
import { EVENT } from '../support/fake-kafka.ts'
import { outageBefore } from '../support/outage.ts'
import { ownSettings, run } from '../support/product.ts'

/* `doctor` where all is well, and where things are wrong in the ways in which they may be. */

const { kafka, admin, create, produce, deleteBefore } = cluster()

async function doctor(settings: Record<string, string>) {
  const { exitCode, output } = await run(['doctor'], settings)
  // Every fault says what mends it.
  expect(output.match(/^fault .*\n {9}mend: ./gm) ?? [], output).toHaveLength(
    output.match(/^fault /gm)?.length ?? 0,
  )
  return { exitCode, output }
}

test('after setup there is no fault, and it has changed nothing', async () => {
  const { settings, raw, group } = own()
  await run(['setup', '--start', 'earliest'], settings)
  await produce(raw, 1, 3)
  const before = await admin.fetchOffsets({ groupId: group, topics: [raw] })
  const { exitCode, output } = await doctor(settings)
  expect(exitCode, output).toBe(0)
  expect(output).toMatch(/^ok {7}settings: can be used$/m)
  expect(output).toMatch(/^warning {2}topic .*: has one replica/m)
  expect(output).toMatch(/^warning {2}group .*: 0 at work, 3 records behind$/m)
  expect(output).toMatch(/^ok {7}ledger: 0 raw = 0 emitted \+ 0 rejected \+ 0 ignored$/m)
  for (const what of [
    'kafka at',
    'partitions',
    'retention',
    'error topic',
    'rules',
    'schema',
    'users',
    'clock',
  ]) {
    expect(output).toMatch(new RegExp(`^ok {7}${what}`, 'm'))
  }
  for (const what of ['group', 'transactional id', 'write'])
    expect(output).toMatch(new RegExp(`^ok {7}${what} permission`, 'm'))
  expect(output).toMatch(/^0 faults, \d+ warnings, \d+ ok$/m)
  expect(await admin.fetchOffsets({ groupId: group, topics: [raw] })).toEqual(before)

  const { findings } = JSON.parse((await run(['doctor', '--json'], settings)).output)
  expect(findings).toContainEqual({ level: 'ok', what: 'settings', says: 'can be used' })
})

test('on an empty cluster it says that setup is missing', async () => {
  const { exitCode, output } = await doctor(ownSettings())
  expect(exitCode).toBe(1)
  expect(output.match(/^fault {4}topic .*: does not exist/gm)).toHaveLength(4)
  expect(output).toMatch(/^fault {4}schema .*: is not registered as this program has it$/m)
})

test('topics that were changed, and a group that retention has overtaken', async () => {
  const { settings, raw, output: tracking } = own()
  await run(['setup', '--start', 'earliest'], settings)
  await alterTopic(admin, tracking, new Map([['retention.ms', '60000']]))
  await produce(raw, 2, 5)
  await deleteBefore(raw, 2, 4)
  const { exitCode, output } = await doctor(settings)
  expect(exitCode).toBe(1)
  expect(output).toMatch(/^fault {4}topic .*: retention\.ms is 60000, and has to be 3024000000$/m)
  expect(output).toMatch(/^fault {4}retention: .* keeps 60000 ms, less than the raw topic/m)
  expect(output).toMatch(/^fault {4}group .*, partition 2: 4 records were deleted before/m)
})

test('a group without offsets, and the error topic of another', async () => {
  const { settings, raw, errors } = own()
  await run(['setup', '--start', 'earliest'], settings)
  const producer = kafka.producer()
  await producer.connect()
  const headers = { 'segedx.error.group': 'somebody-else' }
  await producer.send({ topic: errors, messages: [{ partition: 1, value: 'v', headers }] })
  await producer.disconnect()
  const { exitCode, output } = await doctor({ ...settings, CONSUMER_GROUP: 'nobody-yet' })
  expect(exitCode).toBe(1)
  expect(output).toMatch(/^fault {4}group nobody-yet: has no offsets/m)
  expect(output).toMatch(/^fault {4}error topic: its newest records are of the group somebody-else/m)
  expect(raw).not.toBe('')
})

test("traffic of today's apps under the rules of 2014, and under its own", async () => {
  const { settings, raw } = own()
  await run(['setup', '--start', 'earliest'], settings)
  expect((await doctor(settings)).output).not.toContain('rules: ')
  const producer = kafka.producer()
  await producer.connect()
  const event = {
    ...{ type: 'track', userId: 10, context: { library: { name: 'analytics-ios' } } },
    properties: { name: 'a.name', data: {}, context: { app_name: 'edx.mobileapp' } },
  }
  const today = Array.from({ length: 150 }, () => ({ partition: 1, value: JSON.stringify(event) }))
  await producer.send({ topic: raw, messages: [{ partition: 0, value: EVENT }, ...today] })
  await producer.disconnect()

  const { exitCode, output } = await doctor(settings)
  expect(exitCode, output).toBe(0)
  expect(output).toMatch(
    /^warning {2}rules: RULES is seed, and of the newest 101 raw records 100 have the form of events for RULES=current\n {9}mend: set RULES=current/m,
  )
  const changed = await doctor({ ...settings, RULES: 'current' })
  expect(changed.output).toMatch(
    /^ok {7}rules: of the newest 101 raw records 1 have the form of events for other than RULES=current$/m,
  )
})

test('a table without an index, and a column that is not there', async () => {
  const { settings, raw } = own()
  await create(raw, 1)
  const db = pgPromise({ noWarnings: true })(inject('stack').databaseUrl)
  onTestFinished(() => Promise.resolve(db.$pool.end()))
  await db.none('CREATE TABLE IF NOT EXISTS bare_user (id integer, username text)')
  const { output } = await doctor({ ...settings, USERS_TABLE: 'bare_user' })
  expect(output).toMatch(/^fault {4}users: no index begins with bare_user\.id/m)
  const other = await doctor({ ...settings, USERS_NAME_COLUMN: 'nickname' })
  expect(other.output).toMatch(/^fault {4}users: auth_user has no column nickname/m)
})

test('servers that are down are faults, each by itself, and no secret is shown', async () => {
  const settings = ownSettings()
  const { databaseUrl } = inject('stack')
  const wrong = databaseUrl.replace(/:[^:@/]+@/, ':hunter2hunter2@')
  const nowhere = { KAFKA_BROKERS: '127.0.0.1:9', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9' }
  const down = await doctor({ ...settings, ...nowhere, DATABASE_URL: wrong })
  expect(down.exitCode).toBe(1)
  expect(down.output).toMatch(/^fault {4}kafka at 127\.0\.0\.1:9: /m)
  expect(down.output).toMatch(/^fault {4}schema registry: The schema registry at .* does not answer/m)
  expect(down.output).toMatch(/^fault {4}users: .*check the user and the password of DATABASE_URL/m)
  expect(down.output).not.toContain('hunter2')

  const database = await outageBefore({ host: '127.0.0.1', port: Number(new URL(databaseUrl).port) })
  onTestFinished(() => database.close())
  await database.refuse()
  const closed = databaseUrl.replace(`:${new URL(databaseUrl).port}/`, `:${database.port}/`)
  const { output } = await doctor({ ...settings, DATABASE_URL: closed })
  expect(output).toMatch(/^fault {4}users: .*ECONNREFUSED/m)
})

test('wrong settings are faults, all of them named', async () => {
  const { exitCode, output } = await doctor({ KAFKA_BROKERS: 'kafka', RULESS: 'seed' })
  expect(exitCode).toBe(1)
  for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL'])
    expect(output).toMatch(new RegExp(`^fault {4}setting ${name}: is `, 'm'))
})
