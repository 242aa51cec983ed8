import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeError } from '#src/observe/describe-error.ts'
import { csvUserDirectory } from '#src/users/csv-user-directory.ts'

const directory = mkdtempSync(join(tmpdir(), 'segedx-users-'))
const path = join(directory, 'users.csv')
afterAll(() => rmSync(directory, { recursive: true }))

function fileOf(text: string | Buffer): string {
  writeFileSync(path, text)
  return path
}

test.each([
  ['lines of Windows, with a byte-order mark', '\ufeffid,username\r\n10,bob\r\n7,zoë\r\n'],
  ['no newline at the end', 'id,username\n10,bob\n7,zoë'],
  ['quotes and empty lines', '"id","username"\n\n"10","bob"\n\n7,zoë\n'],
])('reads a file with %s', async (_, text) => {
  const users = await csvUserDirectory(fileOf(text))
  expect(await users.find([7, 10, 11])).toEqual(
    new Map([
      [7, { id: 7, username: 'zoë' }],
      [10, { id: 10, username: 'bob' }],
    ]),
  )
})

test('keeps what stands in a field as it is', async () => {
  const users = await csvUserDirectory(fileOf('id,username\n1," a,""b""\nc "\n'))
  expect([...(await users.find([1])).values()]).toEqual([{ id: 1, username: ' a,"b"\nc ' }])
})

describe('a file that is none of users is refused, with the line and what was expected', () => {
  test.each([
    ['nothing', '', 'line 1: expected the header id,username'],
    ['no header', '1,alice\n', 'line 1: expected the header id,username'],
    ['columns the other way round', 'username,id\nalice,1\n', 'line 1: expected the header id,username'],
    ['an id that is no number', 'id,username\n1,alice\nx,bob\n', 'line 3: expected an integer as id'],
    ['an id with a fraction', 'id,username\n1.0,alice\n', 'line 2: expected an integer as id'],
    ['an id beyond 2^53', 'id,username\n9007199254740992,alice\n', 'line 2: expected an integer as id'],
    ['an empty name', 'id,username\n\n1,\n', 'line 3: expected a username'],
    ['a field too few', 'id,username\n1\n', 'line 2: expected 2 fields, id,username, and found 1'],
    ['a field too many', 'id,username\n1,a,b\n', 'line 2: expected 2 fields, id,username, and found 3'],
    ['an id twice', 'id,username\n1,a\n2,b\n1,c\n', 'line 4: expected each id once, and 1 is there already'],
  ])('%s', async (_, text, fault) => {
    await expect(csvUserDirectory(fileOf(text))).rejects.toThrow(`${path}, ${fault}`)
  })

  test('a quote that is never closed', async () => {
    const error = await csvUserDirectory(fileOf('id,username\n1,"alice\n')).catch(describeError)
    expect(error).toMatch(/users\.csv is not CSV: .* line /)
  })

  test('no file at all', async () => {
    const error = await csvUserDirectory(join(directory, 'none.csv')).catch(describeError)
    expect(error).toMatch(/^The users cannot be read: expected the path of a CSV file: ENOENT.*none\.csv/)
  })
})
