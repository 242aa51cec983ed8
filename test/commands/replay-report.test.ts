import { expect, test } from 'vitest'
import { createTally, tallyReport } from '#src/commands/errors/replay-report.ts'

function tallied() {
  const tally = createTally()
  for (const verdict of ['send', 'send', 'sent', 'in_doubt'] as const) tally.choose('user_unknown', verdict)
  tally.choose('internal_error', 'capped')
  tally.try({ kind: 'ignored', reason: 'action_ignored' })
  tally.count = 2
  return tally
}

test('a dry run says what would be sent, and why the rest would not', () => {
  const { facts, parts } = tallyReport(tallied(), { execute: false, try: true, rawTopic: 'raw' })
  const none = { send: 0, repeated: 0, sent: 0, in_doubt: 0, capped: 0 }
  expect(facts).toEqual({
    execute: false,
    toSend: 2,
    reasons: [
      { ...none, reason: 'user_unknown', send: 2, sent: 1, in_doubt: 1 },
      { ...none, reason: 'internal_error', capped: 1 },
    ],
    tried: { emitted: 0, ignored: 1, rejected: 0 },
  })
  expect(parts.slice(1).filter(part => part !== '')).toEqual([
    'sent: sent back before',
    'in doubt: in doubt after a run that was cut off',
    'capped: sent back too often',
    "Tried with today's rules and users: 0 would pass, 1 would be ignored, 0 would be rejected again and are left out",
    'Nothing is sent without --execute, which would send 2 records to raw',
  ])
})

test('a run says what it sent, and what it settled', () => {
  const tally = tallied()
  tally.settled = { found: 3, notSent: 4, unknown: 1 }
  const { facts, parts } = tallyReport(tally, { execute: true, try: false, rawTopic: 'raw' })
  expect(facts).toMatchObject({ sent: 2, settled: { found: 3, notSent: 4, unknown: 1 } })
  expect(parts.slice(-2)).toEqual([
    'Of a run that was cut off: 3 records had been sent, 4 had not, 1 nobody can tell any more: they stay in doubt, unless --again',
    '2 records sent to raw',
  ])
})
