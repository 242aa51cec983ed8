import '#src/kafka/patch/index.ts'
import fc from 'fast-check'
import kafkajs from 'kafkajs'
import { expect, test } from 'vitest'
import { createPartitioner } from '#src/kafka/partitioner.ts'

const MOST_PARTITIONS = 40

test('a key has the partition that kafkajs gives it, which is that of the clients in Java', () => {
  const theirs = kafkajs.Partitioners.DefaultPartitioner()
  const ours = createPartitioner()
  const metadata = Array.from({ length: MOST_PARTITIONS }, (_, partitionId) => ({
    ...{ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] },
  }))
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 1, max: MOST_PARTITIONS }),
      (bytes, n) => {
        const key = Buffer.from(bytes)
        const message = { key, value: null }
        const expected = theirs({ topic: '', partitionMetadata: metadata.slice(0, n), message })
        expect(ours(key, n)).toBe(expected)
      },
    ),
    { numRuns: 5_000 },
  )
})

test('what has no key takes turns', () => {
  const partitionOf = createPartitioner()
  const taken = Array.from({ length: 12 }, () => partitionOf(null, 4))
  for (const partition of [0, 1, 2, 3]) expect(taken.filter(one => one === partition)).toHaveLength(3)
})
