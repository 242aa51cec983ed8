import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SCREEN_NAME } from '#src/pipeline/edx/screens.ts'
import { VIDEO_EVENTS } from '#src/pipeline/edx/transformers/video.ts'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { REASONS } from '#src/pipeline/reasons.ts'
import type { RuleSetName } from '#src/pipeline/rules/index.ts'
import type { Outcome, RawRecord } from '#src/pipeline/shapes.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { memoryUserDirectory, pipelineSettings, rawRecord, written } from '../support/pipeline.ts'
import { bodyOf, VECTORS } from '../support/vectors.ts'

const runUnder = (rules: RuleSetName) => {
  const pipeline = createPipeline(pipelineSettings({ rules }))
  return (records: readonly RawRecord[]) => translateBatch(records, pipeline, memoryUserDirectory())
}

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
        'type',
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
      fc.constantFrom(
        'event_source',
        'event_type',
        'name',
        'page',
        'ip',
        'event',
        'context',
        'label',
        'course_id',
      ),
      anyJson,
      { maxKeys: 2 },
    ),
    context: fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          'course_id',
          'org_id',
          'path',
          'client',
          'host',
          'user_id',
          'username',
          'session',
          'event_source',
          'application',
          'open_in_browser_url',
          '__proto__',
        ),
        fc.string({ unit: 'binary' }),
      ),
      anyJson,
      { maxKeys: 3 },
    ),
    name: fc.constantFrom('x', SCREEN_NAME, 'edx.ui.lms.sequence.next_selected', ...VIDEO_EVENTS.keys()),
    data: fc.dictionary(
      fc.constantFrom(
        'module_id',
        'current_time',
        'seek_type',
        'type',
        'requested_skip_interval',
        'current_tab',
        'tab_count',
        'action',
      ),
      fc.oneof(anyJson, fc.constantFrom('skip', 30, 'i4x://a/b/c/d', 'onSkipSeek')),
    ),
  })
  .map(({ root, properties, context, data, name }) =>
    Buffer.from(
      JSON.stringify({
        userId: 10,
        action: 'Track',
        type: 'track',
        timestamp: '2014-08-27T16:33:39.215Z',
        receivedAt: '2014-08-27T16:33:39.100Z',
        context: { library: { name: 'test-app' } },
        ...root,
        properties: root['properties'] ?? {
          event_source: 'mobile',
          event_type: 'x',
          name,
          data,
          context,
          ...properties,
        },
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

describe.each(['seed', 'current'] as const)('laws of the pipeline under RULES=%s', rules => {
  const run = runUnder(rules)

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
        const parts = [...(await run(records.slice(0, cut))), ...(await run(records.slice(cut)))]
        expect(parts.map(written)).toEqual((await run(records)).map(written))
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
        expect(outcome.record.value).toEqual(value)
        expect(outcome.record.headers['mine']).toEqual(Buffer.from([0xff]))
        const said = outcome.record.headers['__streams.errors.message']?.toString()
        expect(said).toBe(REASONS[outcome.reason].message)
      }),
      { numRuns: 500 },
    )
  })
})
