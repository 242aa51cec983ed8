import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BinaryWriter } from '#src/pipeline/binary/writer.ts'
import { eventEncoder, trackingEventType, WIRE_HEADER_BYTES } from '#src/pipeline/encode.ts'
import { JsonText, type Loose, type TrackingEvent } from '#src/pipeline/shapes.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { canonical } from '../support/canonical.ts'
import { SCHEMA_TYPE } from '../support/pipeline.ts'

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
  session: contextField,
  referer: contextField,
  accept_language: contextField,
})

const FIRST_SCHEMA = new URL('../golden/tracking-event-v1.avsc', import.meta.url)

describe('Avro', () => {
  const encoderOf = (type: typeof SCHEMA_TYPE) => {
    const encode = eventEncoder(type, 258)
    return (event: TrackingEvent) => {
      const out = new BinaryWriter(1)
      encode(event, out)
      return out.buffer.subarray(0, out.at)
    }
  }
  const encode = encoderOf(SCHEMA_TYPE)

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

  test("a seed's record is what it was by the first schema, and behind it three nulls", () => {
    const first = trackingEventType(readFileSync(FIRST_SCHEMA, 'utf8'))
    const absent = { session: undefined, referer: undefined, accept_language: undefined }
    const seedEvent = trackingEvent.map(event => ({ ...event, ...absent }))
    fc.assert(
      fc.property(seedEvent, event => {
        const [before, now] = [encoderOf(first)(event), encode(event)]
        expect(now.equals(Buffer.concat([before, Buffer.from([0, 0, 0])]))).toBe(true)
        expect(trackingLogLine(first, before)).toBe(trackingLogLine(SCHEMA_TYPE, now))
      }),
    )
  })
})

/** The line straight from the event, with Python's form of times worked out another way. */
function expectedLine(event: TrackingEvent): string {
  const text = (value: Loose) => (value instanceof JsonText ? value.text : JSON.stringify(value))
  const { context, id: _, ...fields } = event
  const members: [string, string][] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
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
