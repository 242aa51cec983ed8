import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import '#src/kafka/client.ts'
import { internal, newDecoder, newEncoder, useFastCode } from '#src/kafka/patch/internals.ts'
import type { Produce } from '#src/kafka/patch/produce-request.ts'
import { FetchedMessage } from '#src/kafka/patch/record-batch.ts'
import { Slab } from '#src/pipeline/binary/slab.ts'
import { OutputRecord } from '#src/pipeline/output-record.ts'

/*
 * What stands in the place of kafkajs's own code, held against it: the same bytes are written, and the same records
 * are read.
 */

const produce: (request: Produce) => { encode(): Promise<{ buffer: Buffer }> } = internal(
  'protocol/requests/produce/v3/request',
)
const decodeMessages: (decoder: unknown) => Promise<object[]> = internal(
  'protocol/requests/fetch/v4/decodeMessages',
)
afterEach(() => useFastCode(true))

async function bothWays<T>(run: () => Promise<T>): Promise<[T, T]> {
  const ours = await run()
  useFastCode(false)
  const theirs = await run()
  useFastCode(true)
  return [ours, theirs]
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array)),
  fc.constant(Buffer.alloc(9_000, 'x')),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
)
const nullable = fc.option(bytes, { freq: 10 })
const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(text => !(text in Object.prototype))
const nullableBytes = fc.option(
  fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array)),
  { freq: 10 },
)
const headersOf = fc
  .dictionary(name, fc.string({ unit: 'grapheme' }), { maxKeys: 4 })
  .map(Object.entries<string>)
const message = fc.record({
  key: nullable,
  value: nullable,
  headers: fc.option(
    fc.dictionary(name, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 4 }),
    {
      nil: undefined,
    },
  ),
  // kafkajs finds the first and the last by their texts: these are all of the same length.
  timestamp: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }).map(String),
})
const request: fc.Arbitrary<Produce> = fc.record({
  acks: fc.constantFrom(-1, 0, 1),
  timeout: fc.nat(100_000),
  transactionalId: fc.constantFrom(null, 'tx-ü'),
  producerId: fc.oneof(fc.bigInt({ min: -1n, max: 2n ** 40n }), fc.nat(1e6)),
  producerEpoch: fc.nat(1_000),
  compression: fc.constantFrom(0, 0, 1, 2, 3),
  topicData: fc.array(
    fc.record({
      topic: fc.constantFrom('edx.tracking', 'errors'),
      partitions: fc.array(
        fc.record({
          partition: fc.nat(50),
          firstSequence: fc.nat(1e6),
          messages: fc.array(message, { minLength: 1, maxLength: 12 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 2 },
  ),
})

const requestOf = (messages: Produce['topicData'][number]['partitions'][number]['messages']): Produce => ({
  acks: -1,
  timeout: 1,
  topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
})

describe('the produce request', () => {
  test('has the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(request, async one => {
        const [ours, theirs] = await bothWays(() => produce(one).encode())
        expect(ours.buffer.equals(theirs.buffer)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('has the same bytes for records that are bytes already', async () => {
    const record = fc.tuple(nullableBytes, nullableBytes, headersOf, fc.nat(2 ** 41))
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async records => {
        const slab = new Slab()
        const messages = records.map(([key, value, headers, timestamp]) => {
          slab.begin()
          slab.bytes(key)
          slab.bytes(value)
          slab.long(headers.length)
          for (const [name, text] of headers) {
            slab.text(name)
            slab.bytes(Buffer.from(text))
          }
          return new OutputRecord('output', 0, 1_000_000_000_000 + timestamp, slab.take())
        })
        const one = requestOf(messages)
        const [ours, theirs] = await bothWays(() => produce(one).encode())
        expect(ours.buffer.equals(theirs.buffer)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('has the same bytes for records of every length around a byte more of it', async () => {
    for (const length of [
      0, 1, 40, 62, 63, 64, 65, 120, 128, 8_000, 8_180, 8_190, 8_191, 8_192, 8_200, 1_048_570, 1_048_580,
    ]) {
      for (const headers of [{}, { a: 'b' }, { a: 'x'.repeat(60) }]) {
        const messages = [{ key: null, value: Buffer.alloc(length), headers, timestamp: '1700000000000' }]
        const one = requestOf(messages)
        const [ours, theirs] = await bothWays(() => produce(one).encode())
        expect(ours.buffer.equals(theirs.buffer)).toBe(true)
      }
    }
  })

  test('writes a header without a value, on which kafkajs fails', async () => {
    const messages = [{ key: null, value: null, headers: { a: null }, timestamp: '1' }]
    const one = requestOf(messages)
    expect((await produce(one).encode()).buffer.subarray(-4)).toEqual(Buffer.from([0x02, 0x02, 0x61, 0x01]))
  })
})

test('a request in its frame has the same bytes', async () => {
  const frame: (request: object) => Promise<{ buffer: Buffer }> = internal('protocol/request')
  const encode = async () => newEncoder().writeString('body')
  const one = { correlationId: 77, clientId: 'ümlaut', request: { apiKey: 3, apiVersion: 6, encode } }
  const [ours, theirs] = await bothWays(() => frame(one))
  expect(ours.buffer.equals(theirs.buffer)).toBe(true)
})

describe('fetched records', () => {
  /** The batches of a request one behind the other, as a fetch of one partition brings them. */
  async function recordSet(one: Produce): Promise<Buffer> {
    const sets: Buffer[] = []
    for (const { partitions } of one.topicData)
      for (const each of partitions) {
        const alone = { ...one, transactionalId: null, topicData: [{ topic: '', partitions: [each] }] }
        const { buffer } = await produce(alone).encode()
        sets.push(buffer.subarray(2 + 2 + 4 + 4 + 2 + 4 + 4 + 4))
      }
    return Buffer.concat(sets)
  }
  const decode = (set: Buffer) =>
    decodeMessages(newDecoder(Buffer.concat([newEncoder().writeInt32(set.length).buffer, set])))
  const plain = (records: readonly object[]) =>
    records.map(record => {
      const { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext } =
        record as Record<string, unknown>
      return { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext }
    })

  test('are the same', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.nat(400), async (one, cut) => {
        const set = await recordSet(one)
        // A fetch may end within a batch, but not within the head of the first.
        const end = Math.max(Math.min(set.length, 61), set.length - cut)
        const [ours, theirs] = await bothWays(() => decode(set.subarray(0, end)))
        expect(isDeepStrictEqual(plain(ours), plain(theirs))).toBe(true)
      }),
      { numRuns: 300, endOnFailure: true },
    )
  })

  test('of a broker that sets the time, of a control batch, and far in the log are the same', async () => {
    const messages = [1, 2].map(n => ({
      key: Buffer.from([0, 0, 0, n]),
      value: null,
      timestamp: '1700000000000',
    }))
    const one = requestOf(messages)
    const set = await recordSet(one)
    set.writeBigInt64BE(2n ** 41n, 0)
    set.writeInt16BE(0x08 | 0x10 | 0x20, 21)
    set.writeBigInt64BE(1_700_000_099_999n, 35)
    const [ours, theirs] = await bothWays(() => decode(set))
    expect(plain(ours)).toEqual(plain(theirs))
    expect(ours).toHaveLength(2)
  })

  test('of a batch as the consumer gets it are the same', async () => {
    const messages = Array.from({ length: 5 }, (_, i) => ({ value: `${i}`, timestamp: '1700000000000' }))
    const one = requestOf(messages)
    const set = await recordSet(one)
    const FetchedBatch = internal('consumer/batch')
    for (const from of ['0', '3', '9']) {
      const [ours, theirs] = await bothWays(async () => {
        const fetched = {
          partition: 1,
          highWatermark: '7',
          abortedTransactions: [],
          messages: await decode(set),
        }
        const batch = new FetchedBatch('t', from, fetched)
        const offsets = batch.messages.map(({ offset }: { offset: string }) => offset)
        return [
          offsets,
          batch.firstOffset(),
          batch.lastOffset(),
          batch.isEmptyDueToFiltering(),
          batch.offsetLag(),
        ]
      })
      expect(ours).toEqual(theirs)
    }
  })

  test('that were given back have numbers, and no bytes that may be those of others by now', async () => {
    const messages = [1, 2].map(n => ({ value: `${n}`, headers: { a: 'b' }, timestamp: '1700000000000' }))
    const read = (await decode(await recordSet(requestOf(messages)))) as FetchedMessage[]
    FetchedMessage.giveBack(read.slice(1))
    FetchedMessage.giveBack(read)
    expect(read.map(({ offsetNumber, time }) => [offsetNumber, time])).toEqual([
      [0, 1_700_000_000_000],
      [1, 1_700_000_000_000],
    ])
    for (const field of ['key', 'value', 'headers'] as const)
      expect(() => read[0]?.[field] ?? read[0]?.value).toThrow('given back')
  })

  test('show a header once for each time that it is there, whatever its name', async () => {
    const headers = { twice: ['a', 'b'], constructor: 'c', ['__proto__']: 'd' }
    const messages = [{ value: null, headers, timestamp: '1' }]
    const one = requestOf(messages)
    const [record] = (await decode(await recordSet(one))) as { headers: object }[]
    expect(Object.entries(record?.headers ?? {}).map(([key, value]) => `${key}=${value}`)).toEqual([
      'twice=a,b',
      'constructor=c',
      '__proto__=d',
    ])
  })
})
