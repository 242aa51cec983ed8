import { expect, test } from 'vitest'
import { createLog } from '#src/observe/log.ts'
import type { Outcome } from '#src/pipeline/shapes.ts'
import { logTally } from '#src/processor/tally-log.ts'
import { rawRecord } from '../support/pipeline.ts'

const record = (offset: number) => ({ ...rawRecord('{"userId":"a secret"}'), partition: 3, offset })
const emitted = (courseIdUnparsed: boolean) => ({ kind: 'emitted', courseIdUnparsed }) as Outcome
const rejected = { kind: 'rejected', reason: 'user_unknown' } as Outcome

function linesOf(outcomes: readonly Outcome[]) {
  const lines: string[] = []
  const log = createLog({ level: 'info', command: 'process', write: line => void lines.push(line) })
  logTally(log, { records: outcomes.map((_, i) => record(40 + i)), outcomes })
  return lines.map(line => JSON.parse(line))
}

test('what is rejected, and a course id that is no course key, is logged by where it is', () => {
  const place = { level: 'warn', topic: 'segment.raw', partition: 3 }
  expect(
    linesOf([emitted(false), rejected, { kind: 'ignored', reason: 'channel_ignored' }, emitted(true)]),
  ).toMatchObject([
    {
      ...place,
      event: 'record_rejected',
      offset: 41,
      stage: 'resolve',
      reason: 'user_unknown',
      msg: 'Rejected: Specified user does not exist',
    },
    { ...place, event: 'course_id_unparsed', offset: 43 },
  ])
})

test('nothing of a record stands in the log, and a flood of rejections is bounded', () => {
  const lines = linesOf(Array.from({ length: 1_000 }, () => rejected))
  expect(lines).toHaveLength(10)
  expect(JSON.stringify(lines)).not.toContain('a secret')
})
