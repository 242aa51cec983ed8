import { describe, expect, test } from 'vitest'
import { createPacker } from '#src/kafka/parcels.ts'
import type { RawEvent } from '#src/ports.ts'

const event = (key: string | null, value = '{}'): RawEvent => ({
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  timestamp: 1_409_157_219_300,
  headers: { 'webhook-path': '/segmentio/event' },
})

describe('the partition of a key', () => {
  /** From the test of murmur2 in Kafka's own org.apache.kafka.common.utils.UtilsTest. */
  test.each<[string, number]>([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('%s is that of Java', (key, hash) => {
    const pack = createPacker(1_000)
    for (const partitions of [1, 2, 8, 12, 997, 1_000])
      expect(pack([event(key)], partitions)[0]?.partition).toBe((hash & 0x7fffffff) % partitions)
  })

  test('is every one in turn where there is none', () => {
    const pack = createPacker(1_000)
    const seen = Array.from({ length: 8 }, () => pack([event(null)], 8)[0]?.partition)
    expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})

describe('parcels', () => {
  test('hold each event once, in the order of its partition, with nothing of it changed', () => {
    const events = Array.from({ length: 500 }, (_, i) => event(String(i % 7), `{"n":${i}}`))
    const parcels = createPacker(2_000)(events, 4)
    const keys = new Map<string, number[]>()
    for (const { partition, messages } of parcels)
      for (const { key, value, headers, timestamp, partition: stated } of messages) {
        expect({ stated, headers, timestamp }).toEqual({
          stated: partition,
          headers: { 'webhook-path': '/segmentio/event' },
          timestamp: '1409157219300',
        })
        const numbers = keys.get(String(key)) ?? []
        keys.set(String(key), numbers)
        numbers.push(JSON.parse(String(value)).n)
      }
    for (const [key, numbers] of keys)
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => Number(key) + 7 * i))
    expect([...keys.values()].flat()).toHaveLength(500)
  })

  test('are no larger than they may be, unless one event is', () => {
    const parcels = createPacker(1_000)([...Array(20).fill(event('a')), event('a', 'x'.repeat(5_000))], 1)
    expect(parcels.length).toBeGreaterThan(2)
    for (const { bytes, messages } of parcels)
      if (messages.length > 1) expect(bytes).toBeLessThanOrEqual(1_000)
    expect(parcels.at(-1)?.messages).toHaveLength(1)
  })
})
