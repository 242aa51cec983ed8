import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { hasMariaDb, startMariaDb } from '../support/mariadb.ts'

/* The copy of users that docs/users.md describes, as it stands there. */

const page = readFileSync(new URL('../../docs/users.md', import.meta.url), 'utf8')
const block = (pattern: RegExp) => pattern.exec(page)?.[1] ?? ''
const script = block(/<!-- copy-users\.sql -->\n```sql\n(.*?)```/s)
const commands = block(/```sh\n(set -e\nmysql .*?)```/s)
const TABLE = block(/(CREATE TABLE auth_user .*;)/)
const hasPsql = () => spawnSync('psql', ['--version']).error === undefined

/** A schema of its own with the table, and a directory to copy from. */
function target(schema: string) {
  const directory = mkdtempSync(join(tmpdir(), 'copy-users-'))
  writeFileSync(join(directory, 'copy-users.sql'), script)
  const env = {
    ...process.env,
    PGOPTIONS: `-c search_path=${schema}`,
    DATABASE_URL: inject('stack').databaseUrl,
  }
  const options = { cwd: directory, encoding: 'utf8', env } as const
  const psql = (...args: string[]) => {
    const all = ['--quiet', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', ...args, env.DATABASE_URL]
    return spawnSync('psql', all, options)
  }
  expect(psql('--command', `CREATE SCHEMA ${schema}`, '--command', TABLE).status).toBe(0)
  const users = () => {
    const rows = 'SELECT json_agg(ARRAY[id::text, username] ORDER BY id) FROM auth_user'
    return JSON.parse(psql('--tuples-only', '--no-align', '--command', rows).stdout)
  }
  return { directory, options, psql, users }
}

test('new, renamed and deleted users are copied, and an empty file changes nothing', ({ skip }) => {
  if (!hasPsql()) skip('psql is missing: apt-get install postgresql-client')
  const { directory, psql, users } = target('copied')
  const copy = (tsv: string) => {
    writeFileSync(join(directory, 'users.tsv'), tsv)
    return psql('--file', 'copy-users.sql').status
  }
  expect(copy('7\tzoë\n10\tbob\n42\ta\\\\b\n')).toBe(0)
  expect(users()).toEqual([
    ['7', 'zoë'],
    ['10', 'bob'],
    ['42', 'a\\b'],
  ])
  expect(copy('7\tzoë\n10\tretired__user_1\n11\tnew\n')).toBe(0)
  const after = [
    ['7', 'zoë'],
    ['10', 'retired__user_1'],
    ['11', 'new'],
  ]
  expect(users()).toEqual(after)
  expect(copy('')).toBe(3)
  expect(users()).toEqual(after)
})

/** edX's table as far as the copy can see it; beside it what no name should be, and `\r`, which COPY refuses. */
const NAMES = ['robot', 'zoë', 'Ωmega', '学生', 'emoji😀', 'a.b@c+d-e_f', '', ' blank ', 'NULL', '"\'']
const STRANGE = ['back\\slash', '\\N', '\\.', 'tab\there', 'line\nbreak']
const MYSQL = `CREATE DATABASE edxapp CHARACTER SET utf8mb4;
CREATE TABLE edxapp.auth_user (id int PRIMARY KEY, password varchar(128), username varchar(150) UNIQUE);
SET NAMES utf8mb4;
${[...NAMES, ...STRANGE].map((name, id) => insert(id, name)).join('\n')}
${insert(2_147_483_647, 'last')}
`

function insert(id: number, name: string): string {
  return `INSERT INTO edxapp.auth_user VALUES (${id}, 'secret', x'${Buffer.from(name).toString('hex')}');`
}

test('the commands copy from a MariaDB, whatever the names, or change nothing', async ({ skip }) => {
  if (!hasPsql() || !hasMariaDb()) skip('apt-get install postgresql-client mariadb-server runs it')
  const mariaDb = await startMariaDb(MYSQL)
  onTestFinished(() => mariaDb.stop())
  const { options, users } = target('copied_from_mysql')
  const env = { ...options.env, HOME: mariaDb.home }
  const copy = () => spawnSync('sh', ['-c', commands], { ...options, env })
  const mysql = (sql: string) =>
    expect(spawnSync('mysql', ['--execute', sql], { ...options, env }).status).toBe(0)
  const expected = [...[...NAMES, ...STRANGE].entries(), [2_147_483_647, 'last'] as const]

  const first = copy()
  expect(first.status, first.stderr).toBe(0)
  expect(users()).toEqual(expected.map(([id, name]) => [String(id), name]))

  mysql("UPDATE edxapp.auth_user SET username = 'carriage\\rreturn' WHERE id = 1")
  expect(copy().status).not.toBe(0)
  mysql("UPDATE edxapp.auth_user SET username = 'renamed' WHERE id = 1")
  mysql('RENAME TABLE edxapp.auth_user TO edxapp.away')
  expect(copy().status).not.toBe(0)
  expect(users()).toHaveLength(expected.length)
  mysql('RENAME TABLE edxapp.away TO edxapp.auth_user')
  expect(copy().status).toBe(0)
  expect(users()[1]).toEqual(['1', 'renamed'])
})
