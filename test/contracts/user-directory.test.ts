import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pgPromise from 'pg-promise'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { describeError } from '#src/observe/describe-error.ts'
import { createMetrics } from '#src/observe/metrics.ts'
import type { User } from '#src/pipeline/shapes.ts'
import type { UserDirectory } from '#src/ports.ts'
import { cachedUserDirectory } from '#src/users/cached-user-directory.ts'
import { csvUserDirectory } from '#src/users/csv-user-directory.ts'
import {
  type OpenUserDirectory,
  type PgUserDirectoryOptions,
  pgUserDirectory,
  usersQuery,
} from '#src/users/pg-user-directory.ts'
import { type Outage, outageBefore } from '../support/outage.ts'
import { memoryUserDirectory } from '../support/pipeline.ts'

/*
 * What every user directory does, on the fake that unit tests use, on a CSV file and on a real PostgreSQL, each
 * with the cache before it and without; then what only PostgreSQL can do.
 */

const MANY = 5_000
const USERS: readonly User[] = [
  { id: 0, username: 'zero' },
  { id: -7, username: 'minus' },
  { id: 10, username: 'zoë' },
  { id: 2_147_483_647, username: 'maxint' },
  { id: 2_147_483_648, username: 'wide' },
  { id: Number.MAX_SAFE_INTEGER, username: 'highest' },
  { id: Number.MIN_SAFE_INTEGER, username: 'lowest' },
  ...Array.from({ length: MANY }, (_, i) => ({ id: 100_000 + i, username: `user_${i}` })),
]

const { databaseUrl } = inject('stack')
const sql = pgPromise({ noWarnings: true })(databaseUrl)
const WIDE = { table: 'directory_test.wide', idColumn: 'id', nameColumn: 'username' }
const EDX = { table: 'auth_user', idColumn: 'id', nameColumn: 'username' }
const scratch = mkdtempSync(join(tmpdir(), 'segedx-users-'))
const opened: OpenUserDirectory[] = []

function openPg(options: Partial<PgUserDirectoryOptions> = {}): OpenUserDirectory {
  const directory = pgUserDirectory({ url: databaseUrl, ...EDX, timeoutMs: 5_000, ...options })
  opened.push(directory)
  return directory
}

beforeAll(async () => {
  await sql.none('drop schema if exists directory_test cascade; create schema directory_test')
  await sql.none('create table directory_test.wide (id bigint primary key, username text not null)')
  const [ids, names] = [USERS.map(user => user.id), USERS.map(user => user.username)]
  await sql.none('insert into directory_test.wide select * from unnest($1::bigint[], $2::text[])', [
    ids,
    names,
  ])
})

afterAll(async () => {
  await Promise.all(opened.map(directory => directory.close()))
  await sql.none('drop schema directory_test cascade')
  await sql.$pool.end()
  rmSync(scratch, { recursive: true })
})

const DIRECTORIES: Record<string, () => UserDirectory | Promise<UserDirectory>> = {
  memory: () => memoryUserDirectory(USERS),
  CSV: () => {
    const path = join(scratch, 'users.csv')
    writeFileSync(path, `id,username\n${USERS.map(({ id, username }) => `${id},${username}\n`).join('')}`)
    return csvUserDirectory(path)
  },
  PostgreSQL: () => openPg(WIDE),
}
const cached = (inner: UserDirectory) => cachedUserDirectory(inner, { max: 100_000, ttlMs: 60_000 })

describe.each(Object.entries(DIRECTORIES))('%s', (_, open) => {
  describe.each([
    ['without a cache', (inner: UserDirectory) => inner],
    ['behind the cache', cached],
  ])('%s', (_, wrap) => {
    let directory: UserDirectory
    beforeAll(async () => {
      directory = wrap(await open())
    })

    test('finds those there are, by id, and leaves out those there are not', async () => {
      const found = await directory.find([10, 11, -7, 0])
      expect(Object.fromEntries(found)).toEqual({
        10: { id: 10, username: 'zoë' },
        '-7': { id: -7, username: 'minus' },
        0: { id: 0, username: 'zero' },
      })
    })

    test('an id that is asked for twice is found once', async () => {
      expect([...(await directory.find([10, 10, 11, 11])).keys()]).toEqual([10])
    })

    test('nobody is asked for, nobody is found', async () => {
      expect((await directory.find([])).size).toBe(0)
      expect((await directory.find([12, 13])).size).toBe(0)
    })

    test('ids at both ends of 32 bits and of exact numbers are ids like others', async () => {
      const ends = [2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
      const found = await directory.find([...ends, -2_147_483_649, Number.MAX_SAFE_INTEGER - 1])
      expect([...found.values()].map(user => user.username).sort()).toEqual([
        'highest',
        'lowest',
        'maxint',
        'wide',
      ])
    })

    test(`${MANY} at once`, async () => {
      const ids = Array.from({ length: MANY * 2 }, (_, i) => 100_000 + i)
      const found = await directory.find(ids)
      expect(found.size).toBe(MANY)
      expect(found.get(100_000 + MANY - 1)).toEqual({ id: 100_000 + MANY - 1, username: `user_${MANY - 1}` })
    })
  })
})

describe('PostgreSQL as edX has it', () => {
  test('a column of 32-bit integers does not mind wider ids, and answers from its index', async () => {
    const ids = [2_147_483_648, -2_147_483_649, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 42]
    expect([...(await openPg().find(ids)).values()]).toEqual([{ id: 42, username: 'carol' }])

    const plan = await sql.tx(async t => {
      // The sample table is so small that reading all of it would be right.
      await t.none('set local enable_seqscan = off')
      return t.map(`explain ${usersQuery(EDX)}`, [ids], row => row['QUERY PLAN'] as string)
    })
    expect(plan.join('\n')).toMatch(/Index Scan[\s\S]*Index Cond: \(id = ANY/)
  })

  test('a renamed user is found by the new name, behind the cache once the time to live is over', async () => {
    await sql.none(`create table directory_test.renamed as select 1 as id, 'before' as username`)
    const direct = openPg({ table: 'directory_test.renamed' })
    let now = 1
    const remembered = cachedUserDirectory(direct, { max: 10, ttlMs: 1_000, now: () => now })
    expect((await remembered.find([1])).get(1)?.username).toBe('before')
    await sql.none(`update directory_test.renamed set username = 'after'`)
    expect((await direct.find([1])).get(1)?.username).toBe('after')
    expect((await remembered.find([1])).get(1)?.username).toBe('before')
    now += 1_001
    expect((await remembered.find([1])).get(1)?.username).toBe('after')
  })

  test('names that need quotes are quoted', async () => {
    await sql.none(`create table directory_test."Us""ers" as select 1 as "select", 'alice' as "User Name"`)
    const directory = openPg({
      table: 'directory_test.Us"ers',
      idColumn: 'select',
      nameColumn: 'User Name',
    })
    expect((await directory.find([1])).get(1)).toEqual({ id: 1, username: 'alice' })
  })

  test('nothing can be written through it, not even by what a view does', async () => {
    await sql.none(`
      create table directory_test.written (id bigint);
      create function directory_test.write() returns bigint language sql as
        'insert into directory_test.written values (1) returning id';
      create view directory_test.writing as select directory_test.write() as id, 'x' as username`)
    const error = await openPg({ table: 'directory_test.writing' }).find([1]).catch(describeError)
    expect(error).toMatch(/cannot execute INSERT in a read-only transaction/)
    expect(await sql.one('select count(*)::int as n from directory_test.written')).toEqual({ n: 0 })
  })

  test('says how it went in metrics', async () => {
    const metrics = createMetrics({
      groups: ['dependencies'],
      topics: { read: [], written: [] },
      build: { version: '0', revision: '0' },
    })
    const directory = cachedUserDirectory(openPg({ metrics }), { max: 10, ttlMs: 60_000, metrics })
    await directory.find([1, 7, 3])
    await directory.find([1, 7, 10])
    const text = await metrics.text()
    expect(text).toContain('segedx_user_lookups_total{result="cache_hit"} 2\n')
    expect(text).toContain('segedx_user_lookups_total{result="found"} 3\n')
    expect(text).toContain('segedx_user_lookups_total{result="unknown"} 1\n')
    expect(text).toContain('segedx_db_query_duration_seconds_count{query="users",result="ok"} 2\n')
    expect(text).toContain('segedx_db_query_duration_seconds_count{query="users",result="error"} 0\n')
    expect(text).toContain('segedx_db_pool_connections{state="idle"} 1\n')
    expect(text).toContain('segedx_db_pool_connections{state="busy"} 0\n')
    expect(text).toContain('segedx_db_pool_waiters 0\n')
  })
})

describe('PostgreSQL that cannot be asked', () => {
  const real = new URL(databaseUrl)
  const through = (port: number) => Object.assign(new URL(databaseUrl), { port: String(port) }).href
  let outage: Outage
  beforeAll(async () => {
    outage = await outageBefore({ host: real.hostname, port: Number(real.port) })
  })
  afterAll(() => outage.close())

  test.each([
    ['refuses connections', 'refuse', /ECONNREFUSED|ended|terminated/],
    ['does not answer any more', 'stall', /time/],
  ] as const)('it %s: throws, says where, and goes on once that is over', async (_, how, cause) => {
    const directory = openPg({ url: through(outage.port), timeoutMs: 500 })
    expect((await directory.find([10])).size).toBe(1)
    await outage[how]()
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = await directory.find([10]).then(String, describeError)
      expect(error).toContain(
        `The users could not be read from auth_user at 127.0.0.1:${outage.port}${real.pathname}`,
      )
      expect(error).toMatch(cause)
      expect(error).not.toContain(real.password)
    }
    await outage.heal()
    expect((await directory.find([10])).get(10)).toEqual({ id: 10, username: 'bob' })
  })

  test('a query that takes too long is given up by the server too, and the next one is answered', async () => {
    await sql.none(`
      create table directory_test.delay as select 30 as seconds;
      create view directory_test.slow as
        select id, username from auth_user, directory_test.delay where pg_sleep(seconds) is not null`)
    const directory = openPg({ table: 'directory_test.slow', timeoutMs: 300 })
    expect(await directory.find([10]).then(String, describeError)).toMatch(/time/)
    await sql.none('update directory_test.delay set seconds = 0')
    expect((await directory.find([10])).size).toBe(1)
    const running = `select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%slow%' and pid <> pg_backend_pid()`
    await expect.poll(() => sql.one(running)).toEqual({ n: 0 })
  })

  const wrong = (change: Partial<URL>) => ({ url: Object.assign(new URL(databaseUrl), change).href })
  test.each([
    ['the password', wrong({ password: 'let-me-in' }), 'check the user and the password of DATABASE_URL'],
    ['the database', wrong({ pathname: '/nowhere' }), 'check the name of the database in DATABASE_URL'],
    ['the table', { table: 'nobody' }, 'check USERS_TABLE, USERS_ID_COLUMN and USERS_NAME_COLUMN'],
    ['a column', { nameColumn: 'nick' }, 'check USERS_TABLE, USERS_ID_COLUMN and USERS_NAME_COLUMN'],
  ])('%s is wrong: says what to check', async (_, options, hint) => {
    const error = await openPg(options).find([10]).then(String, describeError)
    expect(error).toContain(hint)
    expect(error).not.toContain('let-me-in')
  })
})
