import { expect, test } from 'vitest'
import { fetchBytes } from '#src/kafka/fetch-bytes.ts'

const KB = 1024

test.each([
  { partitions: 1, kilobytes: 3_072 },
  { partitions: 4, kilobytes: 2_560 },
  { partitions: 8, kilobytes: 1_280 },
  { partitions: 16, kilobytes: 768 },
  { partitions: 200, kilobytes: 768 },
])('of $partitions partitions it fetches $kilobytes KB each', ({ partitions, kilobytes }) => {
  expect(Math.floor(fetchBytes(partitions) / KB)).toBe(kilobytes)
})

test('a standby, too, knows how much it would fetch', () => {
  expect(fetchBytes(0)).toBe(fetchBytes(1))
})
