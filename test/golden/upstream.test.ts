import { describe, expect, test } from 'vitest'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { REASONS, type ReasonCode } from '#src/pipeline/reasons.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { testBridge } from '../support/bridge.ts'
import { canonical } from '../support/canonical.ts'
import {
  memoryUserDirectory,
  pipelineSettings,
  RULE_SETTINGS,
  rawRecord,
  SCHEMA_TYPE,
} from '../support/pipeline.ts'
import { UPSTREAM_VECTORS, type UpstreamVector } from '../support/vectors.ts'

/*
 * The cases of upstream's own tests. Those that end at the method or the secret go to the bridge, whose answers
 * are its own; the others through the pipeline under RULES=current, with the request that upstream's tests make.
 */

const HEADERS = { 'webhook-path': '/segmentio/test/event', 'webhook-host': 'testserver' }
const USERS = memoryUserDirectory([{ id: 10, username: 'sentinel.username' }])

const atBridge = UPSTREAM_VECTORS.filter(({ expected }) => expected.status !== 200)
const inPipeline = UPSTREAM_VECTORS.filter(({ expected }) => expected.status === 200)
const titled = (vectors: readonly UpstreamVector[]) =>
  vectors.map(each => [`${each.id} ${each.test}`, each] as const)

/** Ignored without a word upstream; which rule it is, its test's name says. */
const IGNORED: Readonly<Record<string, ReasonCode>> = {
  test_segmentio_ignore_actions: 'type_ignored',
  test_segmentio_ignore_missing_context_entry: 'source_ignored',
  test_segmentio_ignore_null_context_entry: 'source_ignored',
  test_segmentio_ignore_missing_library_entry: 'source_ignored',
  test_segmentio_ignore_null_library_entry: 'source_ignored',
  test_segmentio_ignore_unknown_libraries: 'source_ignored',
  test_segmentio_ignore_names: 'name_ignored',
}

async function translate({ input }: UpstreamVector) {
  const names = (input.settings?.['TRACKING_SEGMENTIO_DISALLOWED_SUBSTRING_NAMES'] ?? []) as string[]
  const ruleSettings = { ...RULE_SETTINGS, disallowedNames: names.map(name => name.toLowerCase()) }
  const pipeline = createPipeline(pipelineSettings({ rules: 'current', ruleSettings }))
  const [outcome] = await translateBatch([rawRecord(input.body ?? '', { headers: HEADERS })], pipeline, USERS)
  if (!outcome) throw new Error('no outcome')
  return outcome
}

describe("today's view, all vectors of its tests", () => {
  test('there are 52, four of them about the request itself', () => {
    expect([inPipeline.length, atBridge.length]).toEqual([48, 4])
  })

  test.each(titled(inPipeline))('%s', async (_, vector) => {
    const outcome = await translate(vector)
    const { event, validation_error } = vector.expected
    if (event) {
      if (outcome.kind !== 'emitted') throw new Error(`not emitted but ${outcome.reason}`)
      const line = trackingLogLine(SCHEMA_TYPE, outcome.record.value as Buffer)
      expect(canonical(line)).toBe(canonical(JSON.stringify(event)))
    } else if (validation_error === null) {
      expect(outcome).toMatchObject({ kind: 'ignored', reason: IGNORED[vector.test] })
    } else {
      if (outcome.kind !== 'rejected') throw new Error(`not rejected but ${outcome.kind}`)
      expect(REASONS[outcome.reason].message).toBe(validation_error)
    }
  })

  test.each(titled(atBridge))('%s', async (_, { input, expected }) => {
    const isUnset = input.settings?.['TRACKING_SEGMENTIO_WEBHOOK_SECRET'] === null
    const current = isUnset ? undefined : 'anything'
    const { app } = testBridge({ webhookSecret: { current, previous: undefined } })
    const answer = await app.inject({
      method: input.method === 'GET' ? 'GET' : 'POST',
      url: `/segmentio/event?${input.query}`,
      headers: { 'content-type': 'application/json' },
      payload: input.body ?? '{}',
    })
    await app.close()
    expect(answer.statusCode).toBe(expected.status)
  })
})
