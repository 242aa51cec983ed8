import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventEncoder, WIRE_HEADER_BYTES } from '#src/pipeline/encode.ts'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { REASONS } from '#src/pipeline/reasons.ts'
import {
  JsonText,
  type Loose,
  type Outcome,
  type RawRecord,
  type TrackingEvent,
} from '#src/pipeline/shapes.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { canonical } from '../support/canonical.ts'
import { memoryUserDirectory, pipelineSettings, rawRecord, SCHEMA_TYPE } from '../support/pipeline.ts'
import { bodyOf, VECTORS } from '../support/vectors.ts'

const pipeline = createPipeline(pipelineSettings())
const run = (records: readonly RawRecord[]) => translateBatch(records, pipeline, memoryUserDirectory())

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }),
  fc.constantFrom<unknown>(
    10,
    '10',
    true,
    'mobile',
    'Track',
    '2014-08-27T16:33:39.215Z',
    'a/b/c',
    null,
    {},
    [],
  ),
)

/** An event that passes most rules, with any of its fields replaced by anything. */
const almostEvent = fc
  .record({
    root: fc.dictionary(
      fc.constantFrom(
        'properties',
        'action',
        'context',
        'userId',
        'timestamp',
        'receivedAt',
        'messageId',
        '__proto__',
      ),
      anyJson,
      { maxKeys: 2 },
    ),
    properties: fc.dictionary(
      fc.constantFrom('event_source', 'event_type', 'name', 'page', 'ip', 'event', 'context'),
      anyJson,
      { maxKeys: 2 },
    ),
    context: fc.dictionary(
      fc.oneof(
        fc.constantFrom('course_id', 'org_id', 'path', 'client', 'host', 'user_id', 'username', '__proto__'),
        fc.string({ unit: 'binary' }),
      ),
      anyJson,
      { maxKeys: 3 },
    ),
  })
  .map(({ root, properties, context }) =>
    Buffer.from(
      JSON.stringify({
        userId: 10,
        action: 'Track',
        timestamp: '2014-08-27T16:33:39.215Z',
        receivedAt: '2014-08-27T16:33:39.100Z',
        ...root,
        properties: root['properties'] ?? { event_source: 'mobile', event_type: 'x', context, ...properties },
      }),
    ),
  )

const mutatedVector = fc
  .tuple(fc.constantFrom(...VECTORS), fc.nat(), fc.uint8Array({ maxLength: 3 }))
  .map(([vector, at, bytes]) => {
    const body = Buffer.from(bodyOf(vector))
    body.set(bytes.slice(0, Math.max(0, body.length - (at % (body.length + 1)))), at % (body.length + 1))
    return body
  })

const anyValue = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
  fc.json().map(text => Buffer.from(text)),
  almostEvent,
  almostEvent,
  mutatedVector,
)

const anyRecords = fc
  .array(anyValue, { minLength: 1, maxLength: 20 })
  .map(values => values.map((value, offset) => rawRecord(value, { offset })))

describe('laws of the pipeline', () => {
  test('any bytes have exactly one outcome, nothing throws, and no defect shows', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, async records => {
        const outcomes = await run(records)
        expect(outcomes).toHaveLength(records.length)
        for (const outcome of outcomes) {
          expect(['emitted', 'ignored', 'rejected']).toContain(outcome.kind)
          expect(outcome.kind !== 'emitted' && outcome.reason).not.toBe('internal_error')
        }
      }),
      { numRuns: 1500 },
    )
  })

  test('splitting a batch anywhere changes nothing, and neither does doing it again', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, fc.nat(), async (records, at) => {
        const cut = at % (records.length + 1)
        const whole = await run(records)
        expect([...(await run(records.slice(0, cut))), ...(await run(records.slice(cut)))]).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })

  test('a rejection carries the raw record byte for byte, and a constant of the table as its message', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, async value => {
        const [outcome] = (await run([rawRecord(value, { headers: { mine: Buffer.from([0xff]) } })])) as [
          Outcome,
        ]
        if (outcome.kind !== 'rejected') return
        expect(outcome.record.value).toBe(value)
        expect(outcome.record.headers['mine']).toEqual(Buffer.from([0xff]))
        expect(outcome.record.headers['__streams.errors.message']).toBe(REASONS[outcome.reason].message)
      }),
      { numRuns: 500 },
    )
  })
})

const anyText = fc.string({ unit: 'binary', maxLength: 20 })
const number = fc.oneof(
  fc.bigInt().map(String),
  fc.constantFrom('1.0', '-0', '-0.0', '1e1', '9'.repeat(40), '0.10'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(x => JSON.stringify(x)),
)
const jsonText = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    number,
    anyText.map(text => JSON.stringify(text)),
    fc.constantFrom('null', 'true', '"\\ud83d"', '[]'),
    fc.array(tie('value'), { maxLength: 3 }).map(items => `[${items.join(' ,')}]`),
    fc
      .uniqueArray(fc.tuple(anyText, tie('value')), { maxLength: 3, selector: ([key]) => key })
      .map(members => `{${members.map(([k, v]) => `${JSON.stringify(k)}: ${v}`).join(',')}}`),
  ),
})).value

const loose: fc.Arbitrary<Loose> = fc.oneof(
  anyText.map(text => text.toWellFormed()),
  fc.constant(null),
  jsonText.filter(text => text !== 'null' && !isWellFormedString(text)).map(text => new JsonText(text)),
)
const isWellFormedString = (text: string) =>
  text.startsWith('"') && (JSON.parse(text) as string).isWellFormed()
const contextField = fc.oneof(loose, fc.constant(undefined))
/** Years 0001 to 9999. */
const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })

const trackingEvent: fc.Arbitrary<TrackingEvent> = fc.record({
  id: anyText.map(text => text.toWellFormed()),
  username: anyText.map(text => text.toWellFormed()),
  event_type: loose,
  name: loose,
  event_source: loose,
  time: micros,
  context: fc.record({
    user_id: fc.maxSafeInteger(),
    course_id: contextField,
    org_id: contextField,
    path: contextField,
    received_at: micros,
    client: fc.option(jsonText, { nil: undefined }),
    other: fc.option(
      jsonText.map(text => `{"k":${text}}`),
      { nil: undefined },
    ),
  }),
  page: loose,
  host: loose,
  agent: loose,
  ip: loose,
  event: jsonText,
})

describe('Avro', () => {
  const encode = eventEncoder(SCHEMA_TYPE, 258)

  test('decode(encode(x)) is x: any JSON, any spelling of a number, years 0001 to 9999, unpaired surrogates', () => {
    fc.assert(
      fc.property(trackingEvent, event => {
        const value = encode(event)
        expect([...value.subarray(0, WIRE_HEADER_BYTES)]).toEqual([0, 0, 0, 1, 2])
        expect(canonical(trackingLogLine(SCHEMA_TYPE, value))).toBe(canonical(expectedLine(event)))
      }),
      { numRuns: 2000 },
    )
  })
})

/** The line straight from the event, with Python's form of times worked out another way. */
function expectedLine(event: TrackingEvent): string {
  const text = (value: Loose) => (value instanceof JsonText ? value.text : JSON.stringify(value))
  const { context, id: _, ...fields } = event
  const members: [string, string][] = []
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'event') members.push([name, value as string])
    else members.push([name, typeof value === 'bigint' ? isoformat(value) : text(value as Loose)])
  }
  const inner: [string, string][] = []
  for (const [name, value] of Object.entries(context)) {
    if (value === undefined) continue
    if (name === 'other') inner.push(['k', (value as string).slice(5, -1)])
    else if (name === 'client') inner.push([name, value as string])
    else if (typeof value === 'bigint') inner.push([name, isoformat(value)])
    else inner.push([name, typeof value === 'number' ? String(value) : text(value as Loose)])
  }
  const object = (pairs: [string, string][]) => `{${pairs.map(([k, v]) => `"${k}":${v}`).join(',')}}`
  return object([...members, ['context', object(inner)]])
}

function isoformat(time: bigint): string {
  const fraction = Number(BigInt.asUintN(64, time + 62_135_596_800_000_000n) % 1_000_000n)
  const date = new Date(Number((time - BigInt(fraction)) / 1000n)).toISOString().slice(0, 19)
  return JSON.stringify(`${date}${fraction === 0 ? '' : `.${`${fraction}`.padStart(6, '0')}`}+00:00`)
}
