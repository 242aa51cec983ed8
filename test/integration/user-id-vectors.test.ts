import { afterAll, describe, expect, inject, test } from 'vitest'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import type { UserDirectory } from '#src/ports.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { cachedUserDirectory } from '#src/users/cached-user-directory.ts'
import { pgUserDirectory } from '#src/users/pg-user-directory.ts'
import { memoryUserDirectory, pipelineSettings, rawRecord, written } from '../support/pipeline.ts'
import { bodyOf, VECTORS } from '../support/vectors.ts'

/*
 * The user ids of the vectors, looked up in a real PostgreSQL whose column has 32 bits. `translate.test.ts` holds
 * the look-up in memory to what the view did; this holds PostgreSQL to the look-up in memory, byte for byte.
 */

const GROUP = VECTORS.filter(({ group }) => group === 'G10_user_id')
const pipeline = createPipeline(pipelineSettings())
const table = { table: 'auth_user', idColumn: 'id', nameColumn: 'username' }
const postgres = pgUserDirectory({ url: inject('stack').databaseUrl, ...table, timeoutMs: 5_000 })
afterAll(() => postgres.close())

const outcomesOf = async (records: readonly RawRecord[], users: UserDirectory) =>
  (await translateBatch(records, pipeline, users)).map(written)

test('there are some of each outcome', async () => {
  const records = GROUP.map(vector => rawRecord(bodyOf(vector)))
  const outcomes = await outcomesOf(records, postgres)
  const reached = outcomes.map(outcome => (outcome.kind === 'emitted' ? 'emitted' : outcome.reason))
  expect(reached.filter(each => each === 'emitted').length).toBeGreaterThan(10)
  expect(reached.filter(each => each === 'user_unknown').length).toBeGreaterThan(10)
})

describe.each([
  ['PostgreSQL', postgres],
  ['PostgreSQL behind the cache', cachedUserDirectory(postgres, { max: 100, ttlMs: 60_000 })],
])('%s', (_, users) => {
  test.each(GROUP.map(vector => [`${vector.id} ${vector.note}`, vector] as const))(
    '%s',
    async (_, vector) => {
      const record = rawRecord(bodyOf(vector))
      expect(await outcomesOf([record], users)).toEqual(await outcomesOf([record], memoryUserDirectory()))
    },
  )
})

test('all of them in one batch are one query, and the same', async () => {
  const records = GROUP.map((vector, offset) => rawRecord(bodyOf(vector), { offset }))
  let queries = 0
  const counted: UserDirectory = {
    find: ids => {
      queries++
      return postgres.find(ids)
    },
  }
  expect(await outcomesOf(records, counted)).toEqual(await outcomesOf(records, memoryUserDirectory()))
  expect(queries).toBe(1)
})
