import zlib from 'node:zlib'
import { expect, inject, test } from 'vitest'
import { COMPRESSION_TYPE } from '#src/kafka/codecs.ts'
import { readTopic } from '../../dev/demo/topics.ts'
import { cluster, own } from '../support/cluster.ts'
import { EVENT } from '../support/fake-kafka.ts'
import { javaTool } from '../support/java-tool.ts'
import { run, start } from '../support/product.ts'

/* Records that Java's producer compressed, and ours that Java's consumer reads. */

const { kafka, create, placeOf } = cluster()
const bootstrap = ['--bootstrap-server', inject('stack').brokers.join(',')]
const RECORDS = 500

test('raw records are read whatever the producer used, and what is written can be compressed', async () => {
  const { settings, raw, output, group } = own()
  await run(['setup', '--start', 'earliest'], { ...settings, TOPIC_PARTITIONS: '1' })
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    const args = [...bootstrap, '--topic', raw, '--compression-codec', codec]
    await javaTool('ConsoleProducer', args, `${EVENT}\n`.repeat(RECORDS))
  }
  const processor = start(['process'], { ...settings, OUTPUT_COMPRESSION: 'lz4' })
  await expect.poll(async () => (await placeOf(group, raw))[0]?.[0]).toBe(4 * RECORDS)
  processor.child.kill('SIGTERM')
  expect(await processor.ended(), processor.output()).toBe(0)
  const records = await readTopic(kafka, output)
  expect(records.map(({ headers }) => Number(headers['source-offset']))).toEqual([
    ...Array(4 * RECORDS).keys(),
  ])
})

const WRITTEN = ['gzip', 'snappy', 'lz4', ...('zstdCompress' in zlib ? (['zstd'] as const) : [])] as const

test.each(WRITTEN)('what we compress with %s, Java reads', async codec => {
  const { output } = own()
  await create(output, 1)
  const producer = kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: RECORDS }, (_, i) => ({ value: `${i} ${EVENT}` }))
  await producer.send({ topic: output, messages, compression: COMPRESSION_TYPE[codec] })
  await producer.disconnect()
  const args = [...bootstrap, '--topic', output, '--from-beginning', '--max-messages', String(RECORDS)]
  const printed = await javaTool('consumer.ConsoleConsumer', args)
  expect(printed.trimEnd().split('\n')).toEqual(messages.map(({ value }) => value))
})
