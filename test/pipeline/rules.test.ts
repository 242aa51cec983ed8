import { describe, expect, test } from 'vitest'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import type { ReasonCode } from '#src/pipeline/reasons.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { pipelineSettings, RULE_SETTINGS, SCHEMA_TYPE, translateOne } from '../support/pipeline.ts'

type Fields = Record<string, unknown>

const PROPERTIES = { name: 'a.name', data: { foo: 'bar' }, context: { app_name: 'an app' } }
const CONTEXT = { library: { name: 'test-app' }, app: { version: '1.0' }, userAgent: 'an agent', traits: {} }
const EVENT = {
  userId: 10,
  type: 'track',
  context: CONTEXT,
  properties: PROPERTIES,
  timestamp: '2014-08-27T16:33:39Z',
  receivedAt: '2014-08-27T16:33:40Z',
}

const under = (disallowedNames: string[] = [], source = 'mobile') =>
  createPipeline(
    pipelineSettings({
      rules: 'current',
      ruleSettings: { ...RULE_SETTINGS, disallowedNames, sourceMap: new Map([['test-app', source]]) },
    }),
  )
const translate = (event: unknown, pipeline = under()) => translateOne(JSON.stringify(event), { pipeline })

/** The line of the tracking log. */
async function lineOf(event: unknown, pipeline = under()): Promise<Fields> {
  const outcome = await translate(event, pipeline)
  if (outcome.kind !== 'emitted') throw new Error(`not emitted but ${outcome.reason}`)
  return JSON.parse(trackingLogLine(SCHEMA_TYPE, outcome.record.value as Buffer))
}

const withProperties = (change: Fields) => ({ ...EVENT, properties: { ...PROPERTIES, ...change } })
const withContext = (change: Fields) => ({ ...EVENT, context: { ...CONTEXT, ...change } })

/** What the vectors do not reach; each as the view of today, run beside it, does it. */
const NOT_EMITTED: [what: string, event: unknown, reason: ReasonCode, disallowed?: string[]][] = [
  ['a context that is no object', { ...EVENT, context: 'x' }, 'client_context_invalid'],
  ['a library that is no object', withContext({ library: 'test-app' }), 'library_invalid'],
  ['a library named by a list', withContext({ library: { name: [] } }), 'library_invalid'],
  ['a library named by a number', withContext({ library: { name: 5 } }), 'source_ignored'],
  ['a library in other case', withContext({ library: { name: 'Test-app' } }), 'source_ignored'],
  ['no type', { ...EVENT, type: '' }, 'type_ignored'],
  ['a type that is no string', { ...EVENT, type: ['track'] }, 'type_invalid'],
  ['properties that are a list', { ...EVENT, properties: [1] }, 'properties_invalid'],
  ['the same from an unknown library', { ...EVENT, properties: [1], context: {} }, 'source_ignored'],
  ['a disallowed part of the name', withProperties({ name: 'X.BI.Y' }), 'name_ignored', ['.bi.']],
  ['a name that is no string, where some are disallowed', withProperties({ name: 5 }), 'name_invalid', ['x']],
  ['data that is a list', withProperties({ data: [] }), 'data_invalid'],
  ['a context that is a list of pairs', withProperties({ context: [['a', 1]] }), 'context_not_an_object'],
  ['an app that is no object', withContext({ app: null }), 'client_app_invalid'],
  ['a screen', withProperties({ name: 'edx.bi.app.navigation.screen' }), 'screen_ignored'],
  ['a time of no form', { ...EVENT, timestamp: 'yesterday' }, 'timestamp_invalid'],
]

describe('under RULES=current', () => {
  test.each(NOT_EMITTED)('%s', async (_, event, reason, disallowed) => {
    expect(await translate(event, under(disallowed))).toMatchObject({ reason })
  })

  test.each([
    ['a type in other case', { ...EVENT, type: 'TRACK' }, { event_source: 'mobile', event_type: 'a.name' }],
    ['a falsy name', withProperties({ name: null }), { name: 'unknown', event_type: 'unknown' }],
    ['a name that is a number', withProperties({ name: 5 }), { name: 5, event_type: 5 }],
    [
      'a time with a zone',
      { ...EVENT, timestamp: '2014-08-27 16:33+02' },
      { time: '2014-08-27T14:33:00+00:00' },
    ],
    [
      "fields that the event's own context gives",
      withProperties({
        context: { event_type: 't', page: 'p', host: 'h', session: null, ip: 1, client_id: 2 },
      }),
      { event_type: 't', page: 'p', host: 'h', session: null, ip: 1, referer: '', accept_language: '' },
    ],
  ])('%s', async (_, event, fields) => {
    expect(await lineOf(event)).toMatchObject(fields)
  })

  test('the context: the application, the client less what is known elsewhere, and the label', async () => {
    const { context } = await lineOf(withProperties({ label: 'l' }))
    expect(context).toEqual({
      user_id: 10,
      received_at: '2014-08-27T16:33:40+00:00',
      application: { name: 'an app', version: '1.0' },
      client: { library: { name: 'test-app' }, app: { version: '1.0' } },
      label: 'l',
    })
  })

  test('a course beside the context replaces the one in it, but not its organisation', async () => {
    const { context } = await lineOf(withProperties({ course_id: 'c/d/e', context: { course_id: 'a/b/c' } }))
    expect(context).toMatchObject({ course_id: 'c/d/e', org_id: 'a' })
  })

  test("a browser's data is logged as Python writes it", async () => {
    const data = '{"é":[1.0,-0,1e16],"b":"\\u2028"}'
    const text = JSON.stringify(EVENT).replace('{"foo":"bar"}', data)
    const outcome = await translateOne(text, { pipeline: under([], 'browser') })
    if (outcome.kind !== 'emitted') throw new Error('not emitted')
    const line = JSON.parse(trackingLogLine(SCHEMA_TYPE, outcome.record.value as Buffer))
    expect(line.event).toBe('{"\\u00e9": [1.0, 0, 1e+16], "b": "\\u2028"}')
  })
})

test.each(['seed', 'current'] as const)(
  "Segment's wish to delete a person is known under RULES=%s",
  async rules => {
    const pipeline = createPipeline(pipelineSettings({ rules }))
    const deletion = { type: 'delete', userId: '10', timestamp: '2026-01-01T00:00:00Z' }
    expect(await translate(deletion, pipeline)).toMatchObject({ kind: 'ignored', reason: 'segment_delete' })
    const seedEvent = {
      ...deletion,
      action: 'Track',
      properties: { event_source: 'mobile', event_type: 'e' },
    }
    const kind = rules === 'seed' ? 'rejected' : 'ignored'
    expect(await translate(seedEvent, pipeline)).toMatchObject({ kind })
  },
)

test.each([
  ['seed', EVENT, 'current'],
  ['current', { action: 'Track', properties: { event_type: 'e', event_source: 'mobile' } }, 'seed'],
  ['seed', { ...EVENT, action: 'Track', properties: { ...PROPERTIES, event_type: 'e' } }, undefined],
  ['current', { type: 'identify', userId: 10 }, undefined],
] as const)('under RULES=%s, %j has the form of RULES=%s', async (rules, event, other) => {
  const outcome = await translate(event, createPipeline(pipelineSettings({ rules })))
  expect(outcome.kind === 'emitted' ? 'emitted' : outcome.otherRules).toBe(other)
})
