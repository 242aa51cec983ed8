import { expect, inject, test } from 'vitest'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { createRegistry } from '#src/schemas/registry.ts'
import { TRACKING_EVENT_SCHEMA } from '#src/schemas/tracking-event.ts'
import { createTrackingEventReader } from '#src/schemas/tracking-event-reader.ts'
import { pipelineSettings, SCHEMA_TYPE, translateOne } from '../support/pipeline.ts'

const url = inject('stack').registryUrl
const read = createTrackingEventReader({ url })

/** The times are farther from 1970 than microseconds in a double can tell apart. */
const EVENT =
  '{"userId":10,"action":"Track","timestamp":"0001-01-01T00:00:00.000001Z","receivedAt":"9999-12-31T23:59:59.999999Z",' +
  '"properties":{"event_type":"e","event_source":"mobile","event":{"n":123456789012345678901234567890,"f":1.0}}}'

async function written(schemaId: number, schema = TRACKING_EVENT_SCHEMA): Promise<Buffer> {
  const pipeline = createPipeline(pipelineSettings({ schemaId, schema }))
  const outcome = await translateOne(EVENT, { pipeline })
  if (outcome.kind !== 'emitted') throw new Error(`It was ${outcome.kind}`)
  return outcome.record.value as Buffer
}

test('a value is read by the schema that it was written with, this one or another version', async () => {
  const subject = `reader-${process.pid}-value`
  const other = JSON.parse(TRACKING_EVENT_SCHEMA)
  other.fields.unshift({ name: 'note', type: ['null', 'string'], default: null })
  const registry = createRegistry({ url })
  const own = await written(await registry.register(subject, TRACKING_EVENT_SCHEMA))
  const otherText = JSON.stringify(other)
  const others = await written(await registry.register(subject, otherText), otherText)
  expect(others.subarray(5)).not.toEqual(own.subarray(5))
  const line = trackingLogLine(SCHEMA_TYPE, own)
  expect(line).toContain('"time":"0001-01-01T00:00:00.000001+00:00"')
  expect([await read(own), await read(others)]).toEqual([line, line])
})

test('what is not such a value is none, and a schema that the registry does not have is an error', async () => {
  const id = await createRegistry({ url }).register(`reader-${process.pid}-value`, TRACKING_EVENT_SCHEMA)
  const value = await written(id)
  const others = [null, Buffer.alloc(0), Buffer.from('{"json": 1}'), value.subarray(0, value.length - 3)]
  expect(await Promise.all(others.map(read))).toEqual([null, null, null, null])
  await expect(read(await written(987_654))).rejects.toThrow('The schema with the id 987654 could not be had')
})
