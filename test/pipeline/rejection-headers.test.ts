import { expect, test } from 'vitest'
import type { OutputRecord } from '#src/pipeline/output-record.ts'
import { REASONS, type RejectedCode } from '#src/pipeline/reasons.ts'
import { createRouter } from '#src/pipeline/route.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { pipelineSettings, rawRecord } from '../support/pipeline.ts'

const SETTINGS = { ...pipelineSettings(), consumerGroup: 'processors', version: '1.2.3' }

const textsOf = ({ headers }: OutputRecord) =>
  Object.entries(headers).map(([name, value]) => `${name}=${value}`)

/** As the design has them, for a record that was rejected for the first time. */
function expected({ topic, partition, offset, timestamp }: RawRecord, reason: RejectedCode): string[] {
  const { message, stage } = REASONS[reason]
  return [
    'webhook-path=/p',
    `__streams.errors.exception=${reason}`,
    `__streams.errors.message=${message}`,
    `__streams.errors.topic=${topic}`,
    `__streams.errors.partition=${partition}`,
    `__streams.errors.offset=${offset}`,
    `segedx.error.reason=${reason}`,
    `segedx.error.stage=${stage}`,
    'segedx.error.group=processors',
    'segedx.error.version=1.2.3',
    'segedx.error.replay-count=0',
    `segedx.error.first-topic=${topic}`,
    `segedx.error.first-partition=${partition}`,
    `segedx.error.first-offset=${offset}`,
    `segedx.error.first-timestamp=${timestamp}`,
  ]
}

test('say the same for each record, whatever was rejected before it', () => {
  const router = createRouter(SETTINGS)
  const headers = { 'webhook-path': Buffer.from('/p') }
  const reasons = ['user_unknown', 'malformed_json', 'user_unknown'] as const
  for (const topic of ['raw', 'other'])
    for (const reason of reasons)
      for (const partition of [0, 7, 0])
        for (const [offset, timestamp] of [
          [0, 0],
          [12, 1_700_000_000_123],
          [2 ** 40, 9],
          [3, -1],
        ] as const) {
          const raw = rawRecord('{}', { topic, partition, offset, timestamp, headers })
          const record = router.rejection(raw, reason, REASONS[reason].message)
          expect(textsOf(record)).toEqual(expected(raw, reason))
        }
})

test('of one that was sent back keep where it came from first, and do not stay with the next', () => {
  const router = createRouter(SETTINGS)
  const first = rawRecord('{}', { offset: 5, headers: { 'webhook-path': Buffer.from('/p') } })
  const rejected = router.rejection(first, 'user_unknown', REASONS.user_unknown.message)
  const sentBack = rawRecord('{}', { offset: 90, headers: rejected.headers as RawRecord['headers'] })
  const again = textsOf(router.rejection(sentBack, 'user_unknown', REASONS.user_unknown.message))
  expect(again).toContain('__streams.errors.offset=90')
  expect(again).toContain('segedx.error.first-offset=5')
  expect(again).toHaveLength(15)
  const next = { ...first, offset: 91 }
  expect(textsOf(router.rejection(next, 'user_unknown', REASONS.user_unknown.message))).toEqual(
    expected(next, 'user_unknown'),
  )
})
