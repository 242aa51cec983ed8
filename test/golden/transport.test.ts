import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { testBridge } from '../support/bridge.ts'
import { translateOne } from '../support/pipeline.ts'
import { bodyOf, VECTORS, type Vector } from '../support/vectors.ts'

/*
 * The vectors that are about the HTTP request itself, through the real server: what the caller is answered, what
 * stands on the raw topic then, and what the pipeline makes of it. The view answered after its rules had run;
 * the bridge answers before, and every other difference on purpose stands in DIFFERENCES.
 */

const SECRET = 'TRACKING_SEGMENTIO_WEBHOOK_SECRET'

const isOfTransport = ({ group, input }: Vector) =>
  group === 'G01_transport' || group === 'G02_secret' || input.query !== 'key=anything'
const CASES = VECTORS.filter(isOfTransport)

interface Expected {
  readonly status: number
  /** What the pipeline makes of the stored record; null: nothing is stored. */
  readonly outcome: 'emitted' | 'ignored' | 'rejected' | null
}
type Difference = Expected & { readonly line: string }

const ANY_CASE: Difference = { line: 'media types compare ignoring case', status: 200, outcome: 'emitted' }
const NOT_JSON_TYPE: Difference = { line: 'a type that is not JSON is 415', status: 415, outcome: null }
const EMPTY: Difference = { line: 'an empty body is 400', status: 400, outcome: null }
const MALFORMED: Difference = {
  line: 'a body that is not JSON is kept, then answered 400',
  status: 400,
  outcome: 'rejected',
}
const SECRET_FIRST: Difference = {
  line: 'the secret is checked before the body is read',
  status: 401,
  outcome: null,
}
const BATCH: Difference = { line: 'a root array is a batch, and [] an empty one', status: 200, outcome: null }
const RULES_LATER: Difference = {
  line: 'the caller is answered before the rules run',
  status: 200,
  outcome: 'rejected',
}

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  v008: ANY_CASE,
  v010: NOT_JSON_TYPE,
  v011: NOT_JSON_TYPE,
  v012: EMPTY,
  v013: MALFORMED,
  v014: MALFORMED,
  v015: SECRET_FIRST,
  v020: MALFORMED,
  v021: MALFORMED,
  v022: MALFORMED,
  v026: BATCH,
  v028: RULES_LATER,
  v029: RULES_LATER,
  v030: RULES_LATER,
  v490: SECRET_FIRST,
}

function expectedOf({ id, expected }: Vector): Expected {
  const difference = DIFFERENCES[id]
  if (difference) return difference
  const { outcome, status } = expected
  if (outcome === 'unauthorized' || outcome === 'method_not_allowed') return { status, outcome: null }
  if (outcome === 'committed') return { status, outcome: 'emitted' }
  if (outcome === 'ignored') return { status, outcome }
  throw new Error(`${id} (${outcome}) needs its line among the differences`)
}

const open: { close(): Promise<unknown> }[] = []
afterAll(() => Promise.all(open.map(app => app.close())))

async function answer(vector: Vector): Promise<{ status: number; body: string; stored: Buffer[] }> {
  const { input } = vector
  const given = SECRET in input.settings ? input.settings[SECRET] : 'anything'
  // None and unset are the same to an environment.
  const current = typeof given === 'string' ? given : undefined
  const { app, rawLog } = testBridge({
    webhookSecret: { current, previous: undefined },
    maxBodyBytes: 8 * 1024 * 1024,
  })
  open.push(app)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const body = bodyOf(vector)
  return new Promise((resolve, reject) => {
    const headers = {
      'content-length': body.length,
      ...(input.content_type !== null && { 'content-type': input.content_type }),
    }
    const path = `/segmentio/event?${input.query}`
    const sent = request(`${url}${path}`, { method: input.method, headers })
    sent.on('error', reject).on('response', response => {
      text(response).then(
        body =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            stored: rawLog.events.map(({ value }) => value),
          }),
        reject,
      )
    })
    sent.end(body)
  })
}

describe('every vector about the request', () => {
  test.each(CASES.map(vector => [vector.id, vector.note, vector] as const))(
    '%s %s',
    async (_id, _note, vector) => {
      const { status, outcome } = expectedOf(vector)
      const { status: answered, body, stored } = await answer(vector)
      expect(answered).toBe(status)
      if (vector.input.method !== 'HEAD')
        expect(JSON.parse(body)).toMatchObject({ committed: status === 200 })
      if (vector.expected.outcome === 'unauthorized')
        expect(JSON.parse(body)).toEqual(vector.expected.response)
      expect(stored).toEqual(outcome === null ? [] : [bodyOf(vector)])
      for (const value of stored) expect((await translateOne(value)).kind).toBe(outcome)
    },
  )

  test('and every difference, is among them', () => {
    expect(CASES).toHaveLength(33)
    expect(CASES.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)))
  })
})
