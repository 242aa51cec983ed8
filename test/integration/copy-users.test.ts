import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'

/* The copy of users that docs/users.md describes, as it stands there. */

const page = readFileSync(new URL('../../docs/users.md', import.meta.url), 'utf8')
const script = /<!-- copy-users\.sql -->\n```sql\n(.*?)```/s.exec(page)?.[1] ?? ''

test('new, renamed and deleted users are copied, and an empty file changes nothing', ({ skip }) => {
  if (spawnSync('psql', ['--version']).error) skip('psql is missing: apt-get install postgresql-client')
  const directory = mkdtempSync(join(tmpdir(), 'copy-users-'))
  writeFileSync(join(directory, 'copy-users.sql'), script)
  const psql = (...args: string[]) => {
    const options = {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, PGOPTIONS: '-c search_path=copied' },
    } as const
    return spawnSync(
      'psql',
      ['--quiet', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', ...args, inject('stack').databaseUrl],
      options,
    )
  }
  const copy = (users: string) => {
    writeFileSync(join(directory, 'users.tsv'), users)
    return psql('--file', 'copy-users.sql').status
  }
  const users = () =>
    psql('--tuples-only', '--no-align', '--command', 'SELECT id, username FROM auth_user ORDER BY id')
      .stdout.trim()
      .split('\n')

  const table = /CREATE TABLE auth_user .*;/.exec(page)?.[0] ?? ''
  expect(psql('--command', 'CREATE SCHEMA copied', '--command', table).status).toBe(0)
  expect(copy('7\tzoë\n10\tbob\n42\ta\\\\b\n')).toBe(0)
  expect(users()).toEqual(['7|zoë', '10|bob', '42|a\\b'])
  expect(copy('7\tzoë\n10\tretired__user_1\n11\tnew\n')).toBe(0)
  expect(users()).toEqual(['7|zoë', '10|retired__user_1', '11|new'])
  expect(copy('')).toBe(3)
  expect(users()).toHaveLength(3)
})
