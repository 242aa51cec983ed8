import { expect, test } from 'vitest'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { cachedUserDirectory } from '#src/users/cached-user-directory.ts'
import { EVENT } from '../support/fake-kafka.ts'
import { pipelineSettings, rawRecord } from '../support/pipeline.ts'

test('records keep their order, whether their users are known, asked for or nobody', async () => {
  const asked: number[][] = []
  const users = cachedUserDirectory(
    {
      async find(ids) {
        asked.push([...ids])
        return new Map(ids.filter(id => id < 100).map(id => [id, { id, username: `user_${id}` }]))
      },
    },
    { max: 10, ttlMs: 1_000, now: () => 0 },
  )
  await users.find([10])
  const pipeline = createPipeline(pipelineSettings())
  const of = (ids: readonly number[]) =>
    ids.map((id, offset) =>
      rawRecord(EVENT.replace('"userId":10', `"userId":${id}`), { offset, key: Buffer.from(`${id}`) }),
    )
  const outcomes = await translateBatch(of([10, 11, 999, 10, 11, 12]), pipeline, users)
  const seen = outcomes.map(outcome => {
    if (!('record' in outcome)) return outcome.kind
    const { key, value, to } = outcome.record
    return `${to} ${key} ${/user_\d+/.exec(value?.toString('latin1') ?? '')?.[0] ?? 'nobody'}`
  })
  expect(seen).toEqual([
    'output 10 user_10',
    'output 11 user_11',
    'errors 999 nobody',
    'output 10 user_10',
    'output 11 user_11',
    'output 12 user_12',
  ])
  expect(asked).toEqual([[10], [11, 999, 12]])
})
