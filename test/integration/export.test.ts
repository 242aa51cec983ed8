import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTopicReader } from '#src/kafka/topic-reader.ts'
import { TopicNotFoundError } from '#src/ports.ts'
import { cluster, own } from '../support/cluster.ts'
import { run, type Started, start } from '../support/product.ts'

const started: Started[] = []
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL')
})

const NEVER = new AbortController().signal
const { kafka, admin, create, produce, deleteBefore } = cluster()

async function placesOf(topic: string, signal = NEVER): Promise<string[]> {
  const reader = createTopicReader(kafka)
  const places: string[] = []
  for await (const { partition, offset } of reader.read(topic, await reader.spans(topic), signal)) {
    places.push(`${partition}:${offset}`)
  }
  await reader.close()
  return places.toSorted()
}

describe('the reader of topics', () => {
  test('reads each partition to its end, also where that is a marker or was aborted, and leaves no group', async () => {
    const { raw: topic } = own()
    await create(topic, 3)
    await produce(topic, 0, 3)
    const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (const end of ['commit', 'abort'] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ partition: 1, value: end }] })
      await transaction[end]()
    }
    const open = await producer.transaction()
    await open.send({ topic, messages: [{ partition: 0, value: 'open' }] })
    expect(await placesOf(topic)).toEqual(['0:0', '0:1', '0:2', '1:0'])
    await open.commit()
    await producer.disconnect()
    expect(await placesOf(topic)).toEqual(['0:0', '0:1', '0:2', '0:3', '1:0'])
    await deleteBefore(topic, 0, 2)
    expect(await placesOf(topic)).toEqual(['0:2', '0:3', '1:0'])
    expect((await admin.listGroups()).groups.filter(({ groupId }) => groupId.includes(topic))).toEqual([])
  })

  test('records that retention deletes while they are read are skipped, and an offset beyond the end is an error', async () => {
    const { raw: topic } = own()
    await create(topic, 1)
    await produce(topic, 0, 5)
    const reader = createTopicReader(kafka)
    const read = async (from: number, to: number) => {
      const offsets: number[] = []
      for await (const { offset } of reader.read(topic, new Map([[0, { from, to }]]), NEVER))
        offsets.push(offset)
      return offsets
    }
    await deleteBefore(topic, 0, 3)
    expect(await read(0, 5)).toEqual([3, 4])
    expect(await read(0, 2)).toEqual([])
    await expect(read(9, 10)).rejects.toThrow('not within the range of offsets')
    await reader.close()
  })

  test('begins with the first record of a time, follows, and ends when told to', async () => {
    const { raw: topic } = own()
    await create(topic, 1)
    const producer = kafka.producer()
    await producer.connect()
    const send = (times: number[]) =>
      producer.send({ topic, messages: times.map(time => ({ value: 'v', timestamp: String(time) })) })
    await send([1_000, 5_000, 2_000, 7_000])
    const reader = createTopicReader(kafka)
    expect(await reader.spans(topic, 3_000)).toEqual(new Map([[0, { from: 1, to: 4 }]]))
    expect(await reader.spans(topic, 9_000)).toEqual(new Map([[0, { from: 4, to: 4 }]]))
    const stop = new AbortController()
    const seen: number[] = []
    const following = (async () => {
      const spans = new Map([[0, { from: 3, to: Number.POSITIVE_INFINITY }]])
      for await (const { timestamp } of reader.read(topic, spans, stop.signal)) seen.push(timestamp)
    })()
    const ended = expect(following).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => seen).toEqual([7_000])
    await send([8_000])
    await expect.poll(() => seen).toEqual([7_000, 8_000])
    stop.abort()
    await ended
    await Promise.all([reader.close(), producer.disconnect()])
  })

  test('a topic that is not there is said so, and not made', async () => {
    const reader = createTopicReader(kafka)
    await expect(reader.spans('no-such-topic')).rejects.toBeInstanceOf(TopicNotFoundError)
    await reader.close()
    expect(await admin.listTopics()).not.toContain('no-such-topic')
  })
})

describe('export, behind the product', () => {
  const { settings, raw } = own()
  const event = (messageId: string) =>
    JSON.stringify({
      ...{ messageId, userId: 10, action: 'Track' },
      properties: { event_type: 'e', event_source: 'mobile', event: { number: '1.0' } },
      ...{ timestamp: '2014-08-27T16:33:39.215Z', receivedAt: '2014-08-27T16:33:39.1Z' },
    }).replace('"1.0"', '1.0')
  const send = async (...ids: string[]) => {
    const producer = kafka.producer()
    await producer.connect()
    const messages = ids.map(id => ({ key: '10', value: event(id), timestamp: '1409157219300' }))
    await producer.send({ topic: raw, messages })
    await producer.disconnect()
  }

  beforeAll(async () => {
    await run(['setup', '--start', 'earliest'], settings)
    const process = start(['process'], settings)
    started.push(process)
    await send('a', 'b', 'c', 'a')
    const following = start(['export', '--follow'], settings)
    started.push(following)
    await following.until(/(.*1\.0.*\n){4}/)
    following.child.kill('SIGINT')
    expect(await following.ended()).toBe(130)
    expect(following.output()).toContain('4 records read: 4 lines\n')
    process.child.kill('SIGTERM')
    await process.ended()
  })

  test('the last of each is written, number spellings kept, also compressed and to a file', async () => {
    const plain = await run(['export'], settings)
    expect(plain.exitCode, plain.output).toBe(0)
    expect(plain.output).toMatch(/4 records read: 3 lines, 1 repeats left out\n/)
    expect(plain.output.match(/"event":\{"number":1\.0\}/g)).toHaveLength(3)
    const file = join(await mkdtemp(join(tmpdir(), 'export-')), 'tracking.log.gz')
    const gzip = await run(['export', '--repeats', '--gzip', '--output', file], settings)
    expect(gzip).toEqual({ exitCode: 0, output: '4 records read: 4 lines\n' })
    const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n')
    expect(lines.map(line => JSON.parse(line).username)).toEqual(['bob', 'bob', 'bob', 'bob'])
    const none = await run(['export', '--since', '2020-01-01'], settings)
    expect(none).toEqual({ exitCode: 0, output: '0 records read: 0 lines\n' })
  })

  test('a wrong topic, and a broker that is not there, are said with what to look at', async () => {
    const wrong = await run(['export'], { ...settings, OUTPUT_TOPIC: 'no-such-topic' })
    expect(wrong.exitCode).toBe(2)
    expect(wrong.output).toContain('The topic no-such-topic does not exist: check OUTPUT_TOPIC')
    const down = await run(['export'], { ...settings, KAFKA_BROKERS: '127.0.0.1:1' })
    expect(down.exitCode).toBe(1)
    expect(down.output).toMatch(/Kafka could not be used: check that it runs, KAFKA_BROKERS.*ECONNREFUSED/)
  })
})
