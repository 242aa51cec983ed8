import { expect, test } from 'vitest'
import { produceRequests, throwUnlessAcknowledged } from '#src/kafka/produce-requests.ts'
import { Chunk } from '#src/pipeline/binary/chunk.ts'
import { BinaryWriter } from '#src/pipeline/binary/writer.ts'
import { OutputRecord } from '#src/pipeline/output-record.ts'

const TOPICS = {
  output: { name: 'out', takesBytes: 16_000_000 },
  errors: { name: 'err', takesBytes: 300_000 },
}

function record(to: OutputRecord['to'], partition: number, name: string, bytes = 1): OutputRecord {
  const out = new BinaryWriter(bytes + 100)
  out.bytes(Buffer.from(name))
  out.bytes(Buffer.alloc(bytes))
  out.long(0)
  return new OutputRecord(to, partition, 0, { chunk: new Chunk(out.buffer), start: 0, end: out.at })
}
const shape = (records: readonly OutputRecord[]) =>
  produceRequests(records, TOPICS).map(request =>
    [...request].map(([topic, batches]) => {
      const keys = [...batches].map(([partition, own]) => own.map(({ key }) => `${key}@${partition}`))
      return `${topic}: ${keys}`
    }),
  )
const MEGABYTE = 1_000_000

test('what is small goes into one request, each topic and partition by itself', () => {
  expect(shape([record('output', 1, 'a'), record('errors', 1, 'b'), record('output', 0, 'c')])).toEqual([
    ['out: a@1,c@0', 'err: b@1'],
  ])
})

test('a batch of one partition stays below the limit, and its order is kept', () => {
  const big = (name: string, partition = 0) => record('output', partition, name, 1_000_000)
  expect(shape([big('a'), big('b'), record('output', 0, 'c'), big('x', 1)])).toEqual([
    ['out: a@0,x@1'],
    ['out: b@0,c@0'],
  ])
})

test('a batch is no larger than its topic takes', () => {
  const small = (name: string, partition = 0) => record('errors', partition, name, 140_000)
  expect(shape([small('a'), small('b'), small('c'), small('x', 1), small('d')])).toEqual([
    ['err: a@0,b@0,x@1'],
    ['err: c@0,d@0'],
  ])
})

test('a single record above the limit goes alone', () => {
  const [before, huge, after] = [
    record('output', 0, 'a'),
    record('output', 0, 'b', 3 * MEGABYTE),
    record('output', 0, 'c'),
  ]
  expect(shape([before, huge, after])).toEqual([['out: a@0'], ['out: b@0'], ['out: c@0']])
})

test('a request stays below its own limit', () => {
  const records = Array.from({ length: 20 }, (_, p) => record('output', p, `r${p}`, 890_000))
  expect(shape(records).map(request => request[0]?.split(',').length)).toEqual([18, 2])
})

test('nothing to send is no request', () => {
  expect(produceRequests([], TOPICS)).toEqual([])
})

const REQUEST: [string, number[]][] = [
  ['out', [0, 1]],
  ['err', [0]],
]
const ok = (topicName: string, partition: number, errorCode = 0) => ({ topicName, partition, errorCode })

test('every partition acknowledged once is right', () => {
  expect(() => throwUnlessAcknowledged(REQUEST, [ok('err', 0), ok('out', 1), ok('out', 0)])).not.toThrow()
})

test.each([
  ['a partition is missing', [ok('out', 0), ok('err', 0)]],
  ['a partition failed', [ok('out', 0), ok('out', 1, 6), ok('err', 0)]],
  ['a partition was written on two brokers', [ok('out', 0), ok('out', 0), ok('out', 1), ok('err', 0)]],
  ['nothing came back', []],
])('it throws when %s', (_, answer) => {
  expect(() => throwUnlessAcknowledged(REQUEST, answer)).toThrow('Kafka acknowledged')
})
