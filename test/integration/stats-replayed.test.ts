import pgPromise from 'pg-promise'
import { afterAll, expect, inject, test } from 'vitest'
import { cluster, own } from '../support/cluster.ts'
import { EVENT } from '../support/fake-kafka.ts'
import { run, start } from '../support/product.ts'

/* What a `replay` of the raw topic has cured, `errors stats --replayed` tells from what is still open. */

const { kafka, placeOf } = cluster()
const { settings, raw, group } = own()
const sql = pgPromise({ noWarnings: true })(inject('stack').databaseUrl)
const table = `replayed_test_${process.pid}`
afterAll(async () => {
  await sql.none('drop table if exists $1:name', table)
  await sql.$pool.end()
})

async function processTo(end: number): Promise<void> {
  const processor = start(['process'], { ...settings, USERS_TABLE: table })
  await expect.poll(async () => (await placeOf(group, raw))[0]?.[0]).toBe(end)
  processor.child.kill('SIGTERM')
  expect(await processor.ended(), processor.output()).toBe(0)
}

async function stats(...args: string[]) {
  const { exitCode, output } = await run(['errors', 'stats', '--json', ...args], settings)
  expect(exitCode, output).toBe(0)
  return JSON.parse(output).all
}

test('a user that came late, and a replay', async () => {
  await sql.none('create table $1:name (id integer primary key, username text not null)', table)
  await sql.none("insert into $1:name values (10, 'known')", table)
  await run(['setup', '--start', 'earliest'], { ...settings, TOPIC_PARTITIONS: '1' })
  const late = EVENT.replace('"userId":10', '"userId":11')
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: raw, messages: [EVENT, late, 'no JSON'].map(value => ({ value })) })
  await producer.disconnect()
  await processTo(3)
  const others = { in_doubt: 0, sent: 0, rejected_again: 0, cured: 0 }
  const before = await stats()
  expect(before).toEqual({ ...others, open: 2, total: 2 })
  expect(await stats('--replayed')).toEqual({ ...before, replayed: 0 })

  await sql.none("insert into $1:name values (11, 'late')", table)
  expect((await run(['replay', '--to-earliest', '--execute'], settings)).exitCode).toBe(0)
  await processTo(3)
  expect(await stats()).toEqual(before)
  expect(await stats('--replayed')).toEqual({ ...before, open: 1, replayed: 1 })
  const shown = await run(['errors', 'stats', '--replayed', '--reason', 'user_unknown'], settings)
  expect(shown.output).toMatch(/^replayed: not sent back, but on the output topic all the same/m)
})
