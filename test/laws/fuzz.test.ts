import { describe, expect, test } from 'vitest'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { type Random, seededRandom } from '../../dev/demo/random.ts'
import { memoryUserDirectory, pipelineSettings, rawRecord } from '../support/pipeline.ts'
import { bodyOf, UPSTREAM_VECTORS, VECTORS } from '../support/vectors.ts'

/* Bytes that nobody meant to send, by the hundred thousand: no crash, and one outcome each. */

const RECORDS = 100_000
const BATCH = 500
const BODIES = [
  ...VECTORS.map(vector => Buffer.from(bodyOf(vector))),
  ...UPSTREAM_VECTORS.map(({ input }) => Buffer.from(input.body ?? '')),
]
const HOSTILE = ['"__proto__":{"userId":1},', '"constructor":null,', '"toString":1,', '"\\ud800":"\\udfff",']

const bytes = (random: Random, length: number) => Buffer.from(Array.from({ length }, () => random.below(256)))
const body = (random: Random) => Buffer.from(random.pick(BODIES))

/** Each makes one record's value. */
const MAKERS: readonly ((random: Random) => Buffer | null)[] = [
  () => null,
  random => bytes(random, random.below(200)),
  // Some bytes of an event overwritten.
  random => {
    const value = body(random)
    for (let i = random.below(4); i >= 0; i--) value[random.below(value.length + 1)] = random.below(256)
    return value
  },
  // Cut short, or with something behind it.
  random => {
    const value = body(random)
    return value.subarray(0, random.below(value.length + 1))
  },
  random => Buffer.concat([body(random), bytes(random, 1 + random.below(5))]),
  // A part of one put into another.
  random => {
    const [into, from] = [body(random), body(random)]
    const [at, begin] = [random.below(into.length + 1), random.below(from.length + 1)]
    return Buffer.concat([into.subarray(0, at), from.subarray(begin, begin + 80), into.subarray(at)])
  },
  // Names that JavaScript gives a meaning to.
  random =>
    Buffer.from(
      body(random)
        .toString('latin1')
        .replace('{', `{${random.pick(HOSTILE)}`),
      'latin1',
    ),
  random => {
    const text = body(random).toString('latin1')
    return Buffer.from(text.replace('"properties":{', `"properties":{${random.pick(HOSTILE)}`), 'latin1')
  },
]
/** Dear ones, so that there are few of them. */
const LARGE: readonly ((random: Random) => Buffer)[] = [
  random => Buffer.from(`${'['.repeat(1 + random.below(200_000))}`),
  random => Buffer.from(`{"a":${'['.repeat(1_000 + random.below(50_000))}`.padEnd(120_000, ']')),
  random => Buffer.from(`{"userId":10,"action":"Track","x":"${'y'.repeat(random.below(2_000_000))}"}`),
  random => Buffer.from(`{"userId":${'9'.repeat(1 + random.below(100_000))}}`),
]

describe.each(['seed', 'current'] as const)('under RULES=%s', rules => {
  test(`${RECORDS.toLocaleString('en')} records have one outcome each, and no defect shows`, async () => {
    const random = seededRandom(20_261_124)
    const pipeline = createPipeline(pipelineSettings({ rules }))
    const users = memoryUserDirectory()
    const counts = new Map<string, number>()
    for (let first = 0; first < RECORDS; first += BATCH) {
      const records = Array.from({ length: BATCH }, (_, i) => {
        const makers = random.below(2_000) === 0 ? LARGE : MAKERS
        return rawRecord(random.pick<(random: Random) => Buffer | null>(makers)(random), {
          offset: first + i,
        })
      })
      const outcomes = await translateBatch(records, pipeline, users)
      expect(outcomes).toHaveLength(BATCH)
      for (const outcome of outcomes) {
        const name = outcome.kind === 'emitted' ? outcome.kind : outcome.reason
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
    expect(counts.get('internal_error')).toBeUndefined()
    // It is not all the same: much of it comes far.
    expect(counts.get('emitted')).toBeGreaterThan(RECORDS / 200)
    expect(counts.size).toBeGreaterThan(15)
  })
})
