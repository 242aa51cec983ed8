import { expect, test } from 'vitest'
import { readTopic } from '../../dev/demo/topics.ts'
import { cluster, own } from '../support/cluster.ts'
import { EVENT } from '../support/fake-kafka.ts'
import { run, start } from '../support/product.ts'

const { kafka, topic, placeOf } = cluster()
const RECORDS = 2_000
const A_REQUEST = 50

test('a round that is larger than its topics take in one batch is written in several', async () => {
  const { settings, raw, output, errors, group } = own()
  const small = {
    ...settings,
    TOPIC_PARTITIONS: '1',
    MAX_BODY_BYTES: '20000',
    OUTPUT_COMPRESSION: 'none',
    REJECTION_BREAKER: 'off',
  }
  expect(await run(['setup', '--start', 'earliest'], small)).toMatchObject({ exitCode: 0 })
  const unknown = EVENT.replace('"userId":10', '"userId":987654321')
  const values = Array.from({ length: RECORDS }, (_, i) => {
    const event = i % 2 === 0 ? EVENT : unknown
    return event.replace('"context":{}', `"context":{"padding":"${'x'.repeat(700)}"}`)
  })
  const producer = kafka.producer()
  await producer.connect()
  for (let at = 0; at < RECORDS; at += A_REQUEST) {
    const messages = values.slice(at, at + A_REQUEST).map(value => ({ partition: 0, value }))
    await producer.send({ topic: raw, messages })
  }
  await producer.disconnect()

  const processor = start(['process'], small)
  await expect.poll(async () => (await placeOf(group, raw))[0]?.[0], { timeout: 60_000 }).toBe(RECORDS)
  processor.child.kill('SIGTERM')
  expect(await processor.ended(), processor.output()).toBe(0)
  for (const [name, first] of [
    [output, 0],
    [errors, 1],
  ] as const) {
    const { configs } = await topic(name)
    const records = await readTopic(kafka, name)
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    expect(Number(configs['max.message.bytes'])).toBeLessThan(bytes / 4)
    const header = name === output ? 'source-offset' : '__streams.errors.offset'
    expect(records.map(({ headers }) => Number(headers[header]))).toEqual(
      Array.from({ length: RECORDS / 2 }, (_, i) => 2 * i + first),
    )
  }
})
