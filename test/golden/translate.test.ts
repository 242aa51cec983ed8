import { describe, expect, test } from 'vitest'
import { REASONS, type ReasonCode } from '#src/pipeline/reasons.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { canonical } from '../support/canonical.ts'
import { SCHEMA_TYPE, translateOne } from '../support/pipeline.ts'
import { bodyOf, VECTORS, type Vector } from '../support/vectors.ts'

/*
 * Every vector goes through the pipeline as a raw record of its body, whatever its HTTP part: that part is
 * `transport.test.ts`'s. What the pipeline does otherwise on purpose stands in DEVIATIONS, a row each.
 */

const MALFORMED = { deviates: 'NaN and Infinity are not JSON', reason: 'malformed_json' } as const
const EMPTY_BODY = {
  deviates: 'an empty body is refused at the bridge; as a record it is not JSON',
  reason: 'malformed_json',
} as const
const NO_LIMIT = 'a limit of Python, which we do not have'
const LIST_SETTING = { notApplicable: 'the allowed lists are lists of strings from the environment' } as const
const NOT_A_BODY_TYPE = 'another media type is refused at the bridge (415); as a record its bytes count'

type Deviation =
  | { readonly notApplicable: string }
  | { readonly deviates: string; readonly reason: ReasonCode }
  | { readonly deviates: string; readonly emitted: true }

const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  v008: { deviates: NOT_A_BODY_TYPE, emitted: true },
  v010: { deviates: NOT_A_BODY_TYPE, emitted: true },
  v011: { deviates: NOT_A_BODY_TYPE, emitted: true },
  v012: EMPTY_BODY,
  v112: LIST_SETTING,
  v113: LIST_SETTING,
  v115: LIST_SETTING,
  v118: LIST_SETTING,
  v248: MALFORMED,
  v252: { deviates: NO_LIMIT, reason: 'user_unknown' },
  v257: MALFORMED,
  v474: MALFORMED,
  v479: { deviates: NO_LIMIT, emitted: true },
  v490: { deviates: NO_LIMIT, emitted: true },
}

/** The reason for which a record is rejected where the view raised: by the group, and what the case is about. */
const RAISED: Readonly<Record<string, ReasonCode>> = {
  G01_transport: 'not_an_object',
  G03_properties: 'properties_invalid',
  G04_channel: 'event_source_invalid',
  G05_action: 'action_invalid',
  G07_client_context: 'client_context_invalid',
  G08_properties_context: 'context_invalid',
  G10_user_id: 'user_id_invalid',
  G11_course: 'course_id_invalid',
  G12_timestamp: 'timestamp_invalid',
  G13_received_at: 'received_at_invalid',
  v452: 'timestamp_invalid',
  v457: 'received_at_invalid',
  v459: 'user_id_invalid',
  v460: 'course_id_invalid',
}

/** Outcomes that stop at the secret or the method say nothing of the body; the body's own outcome is `any`. */
function expectedOf({ id, group, expected }: Vector): ReasonCode | 'emitted' | 'any' {
  const { outcome, exception = '', response } = expected
  if (outcome === 'committed') return 'emitted'
  if (outcome === 'unauthorized' || outcome === 'method_not_allowed') return 'any'
  if (outcome === 'exception') {
    if (exception.startsWith('JSONDecodeError') || exception.startsWith('UnicodeDecodeError'))
      return 'malformed_json'
    const reason = RAISED[id] ?? RAISED[group]
    if (!reason) throw new Error(`${id}: no reason is given for ${exception}`)
    return reason
  }
  const reason = Object.entries(REASONS).find(([, { message }]) => message === response?.message)?.[0]
  if (!reason) throw new Error(`${id}: no reason has the message ${response?.message}`)
  return reason as ReasonCode
}

const titled = VECTORS.map(vector => [`${vector.id} ${vector.note}`, vector] as const)

describe('the view of 2014, all its vectors', () => {
  test('there are 299, and every deviation is of one of them', () => {
    expect(VECTORS).toHaveLength(299)
    expect(VECTORS.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(DEVIATIONS)))
  })

  test.each(titled)('%s', async (_, vector) => {
    const deviation = DEVIATIONS[vector.id]
    if (deviation && 'notApplicable' in deviation) {
      const lists = Object.values(vector.input.settings)
      expect(lists.some(list => !Array.isArray(list) || list.some(item => typeof item !== 'string'))).toBe(
        true,
      )
      return
    }
    const outcome = await translateOne(bodyOf(vector), { settings: vector.input.settings })
    const reached = outcome.kind === 'emitted' ? 'emitted' : outcome.reason
    if (deviation) expect(reached).toBe('reason' in deviation ? deviation.reason : 'emitted')
    else if (expectedOf(vector) !== 'any') expect(reached).toBe(expectedOf(vector))
  })

  const committed = titled.filter(([, { id, expected }]) => expected.event_json && !(id in DEVIATIONS))

  test.each(committed)('the line of the tracking log, back from Avro: %s', async (_, vector) => {
    const outcome = await translateOne(bodyOf(vector), { settings: vector.input.settings })
    expect(lineOf(outcome)).toBe(canonical(untruncated(vector, 'event_json')))
  })

  test.each(committed)('the same with the request known: %s', async (_, vector) => {
    if (vector.expected_event_json_with_request_context === undefined)
      throw new Error('the vector does not have the line')
    const headers = { 'webhook-path': '/segmentio/event', 'webhook-host': 'lms.example.com' }
    const outcome = await translateOne(bodyOf(vector), { settings: vector.input.settings, headers })
    expect(lineOf(outcome)).toBe(canonical(untruncated(vector, 'with_request')))
  })
})

function lineOf(outcome: Awaited<ReturnType<typeof translateOne>>): string {
  if (outcome.kind !== 'emitted') throw new Error(`not emitted but ${outcome.reason}`)
  return canonical(trackingLogLine(SCHEMA_TYPE, outcome.record.value as Buffer))
}

function untruncated(vector: Vector, which: 'event_json' | 'with_request'): string {
  const text =
    which === 'event_json' ? vector.expected.event_json : vector.expected_event_json_with_request_context
  return text as string
}
