import { expect, test } from 'vitest'
import type { User } from '#src/pipeline/shapes.ts'
import type { UserDirectory } from '#src/ports.ts'
import { cachedUserDirectory } from '#src/users/cached-user-directory.ts'

const TTL_MS = 1_000

/** A table that can be changed and can be down, and remembers what it was asked. */
function tableOf(users: Record<number, string>) {
  const asked: number[][] = []
  const table: UserDirectory = {
    async find(ids) {
      asked.push([...ids])
      if (users[-1] === 'down') throw new Error('the table is down')
      const found = ids.flatMap(id => (users[id] === undefined ? [] : [{ id, username: users[id] }]))
      return new Map(found.map((user): [number, User] => [user.id, user]))
    },
  }
  return { asked, users, table }
}

const names = async (directory: UserDirectory, ids: number[]) =>
  Object.fromEntries([...(await directory.find(ids))].map(([id, { username }]) => [id, username]))

test('asks for each unknown id again, once a call, and for known ones not at all', async () => {
  const { asked, users, table } = tableOf({ 1: 'alice' })
  const directory = cachedUserDirectory(table, { max: 10, ttlMs: TTL_MS, now: () => 0 })
  expect(await names(directory, [1, 2, 2, 1])).toEqual({ 1: 'alice' })
  users[2] = 'bob'
  expect(await names(directory, [1, 2])).toEqual({ 1: 'alice', 2: 'bob' })
  expect(await names(directory, [1, 2])).toEqual({ 1: 'alice', 2: 'bob' })
  expect(asked).toEqual([[1, 2], [2]])
})

test('a renamed user keeps the old name for the time to live and no longer', async () => {
  const { users, table } = tableOf({ 1: 'alice' })
  let now = 5_000
  const directory = cachedUserDirectory(table, { max: 10, ttlMs: TTL_MS, now: () => now })
  await directory.find([1])
  users[1] = 'alicia'
  now += TTL_MS
  expect(await names(directory, [1])).toEqual({ 1: 'alice' })
  now += 1
  expect(await names(directory, [1])).toEqual({ 1: 'alicia' })
})

test('a user is known once he was found, for as long as that is remembered', async () => {
  const { asked, table } = tableOf({ 1: 'alice' })
  let now = 5_000
  const directory = cachedUserDirectory(table, { max: 10, ttlMs: TTL_MS, now: () => now })
  expect(directory.known?.(1)).toBeUndefined()
  await directory.find([1, 2])
  expect([directory.known?.(1)?.username, directory.known?.(2)]).toEqual(['alice', undefined])
  now += TTL_MS + 1
  expect(directory.known?.(1)).toBeUndefined()
  expect(asked).toEqual([[1, 2]])
})

test('keeps at most so many, and forgets the least recently used', async () => {
  const { asked, table } = tableOf({ 1: 'a', 2: 'b', 3: 'c' })
  const directory = cachedUserDirectory(table, { max: 2, ttlMs: TTL_MS, now: () => 0 })
  await directory.find([1, 2])
  await directory.find([1])
  await directory.find([3])
  await directory.find([1, 3])
  await directory.find([2])
  expect(asked).toEqual([[1, 2], [3], [2]])
})

test.each([
  ['size', { max: 0, ttlMs: TTL_MS }],
  ['time', { max: 10, ttlMs: 0 }],
])('remembers nothing where its %s is 0', async (_, options) => {
  const { asked, table } = tableOf({ 1: 'alice' })
  const directory = cachedUserDirectory(table, options)
  await directory.find([1])
  await directory.find([1])
  expect(asked).toEqual([[1], [1]])
})

test('a failure is passed on and not remembered, and who is known is known meanwhile', async () => {
  const { users, table } = tableOf({ 1: 'alice', 2: 'bob' })
  const directory = cachedUserDirectory(table, { max: 10, ttlMs: TTL_MS, now: () => 0 })
  await directory.find([1])
  users[-1] = 'down'
  await expect(directory.find([1, 2])).rejects.toThrow('the table is down')
  expect(await names(directory, [1])).toEqual({ 1: 'alice' })
  users[-1] = 'up'
  expect(await names(directory, [1, 2])).toEqual({ 1: 'alice', 2: 'bob' })
})
