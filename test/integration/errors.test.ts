import pgPromise from 'pg-promise'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { takeLock } from '#src/kafka/group-lock.ts'
import { createTopicReader } from '#src/kafka/topic-reader.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { LockHeldError } from '#src/ports.ts'
import { cluster, own } from '../support/cluster.ts'
import { run, type Started, start } from '../support/product.ts'

/*
 * 10,000 events through bridge and processors, of which 1,000 name users that do not exist yet; then the users are
 * added, and what was rejected is sent back by a run that is killed in the middle.
 */

const EVENTS = 10_000
const UNKNOWN = 1_000
const { kafka, admin, create } = cluster()
const { settings, raw, output, errors } = own()
const sql = pgPromise({ noWarnings: true })(inject('stack').databaseUrl)
const table = `errors_test_${process.pid}`
const started: Started[] = []

const launch = (args: readonly string[]) => {
  const one = start(args, settings)
  started.push(one)
  return one
}
const runJson = async (...args: string[]) => {
  const { exitCode, output: said } = await run([...args, '--json'], settings)
  expect(exitCode, said).toBe(0)
  return JSON.parse(said.slice(said.indexOf('{')))
}
const runOk = async (...args: string[]) => {
  const { exitCode, output: said } = await run(args, settings)
  expect(exitCode, said).toBe(0)
  return said
}

async function read(topic: string): Promise<RawRecord[]> {
  const reader = createTopicReader(kafka)
  const records: RawRecord[] = []
  const spans = await reader.spans(topic)
  for await (const record of reader.read(topic, spans, new AbortController().signal)) records.push(record)
  await reader.close()
  return records
}

const event = (n: number) =>
  JSON.stringify({
    ...{ messageId: `m-${n}`, userId: n % 10 === 3 ? 500_000 + n : 1, action: 'Track' },
    properties: { event_type: 'e', event_source: 'mobile', event: {} },
    ...{ timestamp: '2014-08-27T16:33:39.215Z', receivedAt: '2014-08-27T16:33:39.1Z' },
  })

const stateOf = async () => (await runJson('errors', 'stats')).all
const NONE = { open: 0, in_doubt: 0, sent: 0, rejected_again: 0, cured: 0 }

beforeAll(async () => {
  await sql.none('create table $1:name (id integer primary key, username text not null)', table)
  await sql.none("insert into $1:name values (1, 'alice')", table)
  settings['USERS_TABLE'] = table
  // Of some partitions all records are rejected, so a processor that has no others would hold them.
  settings['REJECTION_BREAKER'] = 'off'
  await runOk('setup', '--start', 'earliest')
  const bridge = launch(['bridge'])
  for (let i = 0; i < 2; i++) launch(['process'])
  const [, url] = await bridge.until(/is served at ([^"\s]+)/)
  await bridge.until(/"component":"kafka","ready":true/)
  for (let from = 0; from < EVENTS; from += 500) {
    const body = `[${Array.from({ length: 500 }, (_, i) => event(from + i))}]`
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}?key=anything`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
  }
})

afterAll(async () => {
  for (const { child } of started) child.kill('SIGTERM')
  await Promise.all(started.map(one => one.ended()))
  await sql.none('drop table $1:name', table)
  await sql.$pool.end()
})

describe('errors, once 10,000 events are through', () => {
  test('stats, list and show say what was rejected, and nothing that is personal', async () => {
    await expect.poll(() => stateOf()).toEqual({ ...NONE, open: UNKNOWN, total: UNKNOWN })
    expect(await runJson('errors', 'stats', '--by', 'stage', '--reason', 'user_unknown')).toMatchObject({
      groups: [{ stage: 'resolve', open: UNKNOWN }],
    })
    const listed = await runJson('errors', 'list', '--limit', '3', '--since', 'PT1H')
    expect(listed).toMatchObject({
      found: UNKNOWN,
      newest: [{}, {}, { reason: 'user_unknown', state: 'open' }],
    })
    const [{ place }] = listed.newest
    const shown = await runOk('errors', 'show', place)
    expect(shown).toContain('What can be done: Once the user table has the user')
    expect(shown).toContain('"userId": "‹number, 6 characters›"')
    expect(shown).not.toMatch(/50\d{4}"/)
    expect(await runOk('errors', 'show', place, '--reveal')).toMatch(/"userId": 50\d{4}/)
    expect((await run(['errors', 'show', '0:999999'], settings)).output).toMatch(
      /has no record at 0:999999: there are offsets 0 to \d+ of it/,
    )
  })

  test('replay sends nothing unless it is told to, and --try says what would pass', async () => {
    const before = await runJson('errors', 'replay', '--reason', 'user_unknown', '--try')
    expect(before).toMatchObject({ execute: false, toSend: 0, tried: { emitted: 0, rejected: UNKNOWN } })
    const ids = Array.from({ length: UNKNOWN }, (_, i) => 500_003 + 10 * i)
    await sql.none("insert into $1:name select id, 'user_' || id from unnest($2::int[]) id", [table, ids])
    const after = await runJson('errors', 'replay', '--reason', 'user_unknown', '--try')
    expect(after).toMatchObject({ execute: false, toSend: UNKNOWN, tried: { emitted: UNKNOWN, rejected: 0 } })
    expect(await runOk('errors', 'replay', '--limit', '10')).toContain('would send 10 records')
    expect(await read(raw)).toHaveLength(EVENTS)
    expect(await read(`${errors}.sent`)).toEqual([])
  })

  test('killed half-way and run again, all are sent once, and a further run sends nothing', async () => {
    const execute = ['errors', 'replay', '--reason', 'user_unknown', '--execute', '--rate', '100']
    const victim = launch(execute)
    await expect.poll(async () => (await read(raw)).length, { interval: 50 }).toBeGreaterThan(EVENTS + 250)
    victim.child.kill('SIGKILL')
    const half = (await read(raw)).length - EVENTS
    expect(half).toBeLessThan(UNKNOWN)

    // Two at once: the one that comes second is told to wait, and sends nothing.
    const both = await Promise.all([1, 2].map(() => run([...execute.slice(0, 5), '--rate', '200'], settings)))
    expect(both.map(({ exitCode }) => exitCode).toSorted(), both.map(one => one.output).join()).toEqual([
      0, 1,
    ])
    expect(both.find(({ exitCode }) => exitCode === 1)?.output).toContain(
      'is at work: wait until it has ended',
    )

    await expect.poll(() => stateOf()).toEqual({ ...NONE, cured: UNKNOWN, total: UNKNOWN })
    expect(await read(raw)).toHaveLength(EVENTS + UNKNOWN)
    const ids = (await read(output)).map(({ headers }) => String(headers['ce_id']))
    expect(ids).toHaveLength(EVENTS)
    expect(new Set(ids).size).toBe(EVENTS)

    expect(await runJson('errors', 'replay', '--reason', 'user_unknown', '--execute')).toMatchObject({
      sent: 0,
    })
    expect(await read(raw)).toHaveLength(EVENTS + UNKNOWN)
  })

  test('what is rejected again says where it first was, and counts as another', async () => {
    await sql.none('delete from $1:name where id = 500003', table)
    const [first] = (await read(errors)).filter(({ key }) => String(key) === '500003')
    const sent = await runJson('errors', 'replay', '--key', '500003', '--again', '--execute')
    expect(sent).toMatchObject({ sent: 1, reasons: [{ reason: 'user_unknown', send: 1 }] })
    // The user is in the processors' caches as yet.
    await expect.poll(async () => (await stateOf()).cured).toBe(UNKNOWN)
    expect(String(first?.headers['segedx.error.replay-count'])).toBe('0')
    const again = (await read(raw)).filter(({ key }) => String(key) === '500003')
    expect(again.map(({ headers }) => String(headers['segedx.error.first-offset'] ?? ''))).toEqual([
      '',
      String(first?.offset === undefined ? '' : first.headers['segedx.error.first-offset']),
      String(first?.headers['segedx.error.first-offset']),
    ])
  })

  test('a run that is paused past its session, while another takes over, sends nothing when it wakes', async () => {
    const [count, first] = ['replay-count', 'first-offset'].map(field => `segedx.error.${field}`) as [
      string,
      string,
    ]
    const producer = kafka.producer()
    await producer.connect()
    const messages = Array.from({ length: 60 }, (_, i) => ({ partition: 0, value: `no JSON ${i}` }))
    await producer.send({ topic: raw, messages })
    await producer.disconnect()
    const broken = async () =>
      (await read(raw)).filter(({ value }) => value?.toString().startsWith('no JSON'))
    const sentBack = async () => (await broken()).filter(({ headers }) => headers[count]?.toString() === '1')
    const openOnes = async () => (await runJson('errors', 'stats', '--reason', 'malformed_json')).all.open
    await expect.poll(openOnes).toBe(60)

    const args = ['errors', 'replay', '--reason', 'malformed_json', '--max-replays', '1', '--execute']
    const zombie = launch([...args, '--rate', '10'])
    await expect.poll(async () => (await sentBack()).length, { interval: 50 }).toBeGreaterThan(9)
    zombie.child.kill('SIGSTOP')
    const successor = await run(args, settings)
    expect(successor.exitCode, successor.output).toBe(0)
    zombie.child.kill('SIGCONT')
    expect(await zombie.ended()).toBe(1)
    expect(zombie.output()).toMatch(/the lock .* may be another's: run it again/)
    const offsets = (await sentBack()).map(({ headers }) => String(headers[first]))
    expect(offsets).toHaveLength(60)
    expect(new Set(offsets).size).toBe(60)
    const stats = async () => (await runJson('errors', 'stats', '--reason', 'malformed_json')).all
    await expect.poll(stats).toEqual({ ...NONE, open: 60, rejected_again: 60, total: 120 })
  })

  test('a missing topic is said with what to do', async () => {
    const wrong = (change: Record<string, string>) => run(['errors', 'stats'], { ...settings, ...change })
    expect(await wrong({ ERROR_TOPIC: 'no-such-topic' })).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('no-such-topic does not exist: check ERROR_TOPIC'),
    })
    await create(`${errors}.bare`, 1)
    expect(await wrong({ ERROR_TOPIC: `${errors}.bare` })).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining(`${errors}.bare.sent does not exist: create it with \`setup\``),
    })
  })
})

describe('the lock of a group', () => {
  test('has one holder, who keeps it while others ask, and can give it back', async () => {
    const name = `${raw}-lock`
    const lock = await takeLock(kafka, name)
    for (let i = 0; i < 3; i++) await expect(takeLock(kafka, name)).rejects.toBeInstanceOf(LockHeldError)
    lock.check()
    await lock.release()
    const next = await takeLock(kafka, name)
    next.check()
    await next.release()
    expect(() => lock.check()).toThrow("may be another's")
    await admin.deleteGroups([name])
  })

  test('of many who ask at once one gets it, every time', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `${raw}-lock-${round}`
      const asked = await Promise.allSettled(Array.from({ length: 4 }, () => takeLock(kafka, name)))
      const [lock, ...others] = asked.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
      expect(others).toEqual([])
      const refusals = asked.flatMap(one => (one.status === 'rejected' ? [one.reason] : []))
      expect(refusals.map(({ name: kind }) => kind)).toEqual(Array(3).fill('LockHeldError'))
      lock?.check()
      await lock?.release()
      await admin.deleteGroups([name])
    }
  })
})
