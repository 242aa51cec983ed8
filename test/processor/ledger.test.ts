import { expect, test } from 'vitest'
import type { Outcome } from '#src/pipeline/shapes.ts'
import {
  advance,
  decodeLedger,
  emptyLedger,
  encodeLedger,
  LedgerError,
  replayLedger,
  replayRemaining,
} from '#src/processor/ledger.ts'

const ledger = { base: 100, emitted: 3, rejected: 2, ignored: 1 }
const ignored: Outcome = { kind: 'ignored', reason: 'channel_ignored' }

test('a ledger survives the metadata of an offset commit', () => {
  expect(encodeLedger(ledger)).toBe('{"v":1,"base":100,"emitted":3,"rejected":2,"ignored":1}')
  expect(decodeLedger(encodeLedger(ledger), 106)).toEqual(ledger)
})

test.each([
  ['no metadata', '', 106],
  ['other text', 'moved by hand', 106],
  ['JSON null', 'null', 106],
  ['another version', encodeLedger(ledger).replace('"v":1', '"v":2'), 106],
  ['a missing count', '{"v":1,"base":100,"emitted":3,"rejected":3}', 106],
  ['a fraction', '{"v":1,"base":100,"emitted":3.5,"rejected":2.5,"ignored":0}', 106],
  ['a replay that ends at a fraction', encodeLedger({ ...ledger, replayEnd: 200.5 }), 106],
  ['the ledger of another offset', encodeLedger(ledger), 107],
])('%s is not a ledger', (_, metadata, offset) => {
  expect(decodeLedger(metadata, offset)).toBeNull()
})

test('it advances by outcomes, and offsets without a record move its base', () => {
  expect(advance(ledger, 106, 107, [ignored])).toEqual({ ...ledger, ignored: 2 })
  expect(advance(ledger, 106, 109, [ignored])).toEqual({ ...ledger, base: 102, ignored: 2 })
})

test('more outcomes than offsets, or a ledger that did not add up, is a defect', () => {
  expect(() => advance(ledger, 106, 107, [ignored, ignored])).toThrow(LedgerError)
  expect(() => advance(emptyLedger(5), 106, 107, [ignored])).toThrow(LedgerError)
})

test('after a replay it remembers where the group stood, until that is passed', () => {
  const begun = replayLedger(100, 103)
  expect(encodeLedger(begun)).toBe('{"v":1,"base":100,"emitted":0,"rejected":0,"ignored":0,"replayEnd":103}')
  expect(decodeLedger(encodeLedger(begun), 100)).toEqual(begun)
  const halfWay = advance(begun, 100, 102, [ignored, ignored])
  expect(halfWay).toEqual({ ...emptyLedger(100), ignored: 2, replayEnd: 103 })
  expect(replayRemaining(halfWay, 102)).toBe(1)
  const passed = advance(halfWay, 102, 104, [ignored, ignored])
  expect(passed).toEqual({ ...emptyLedger(100), ignored: 4 })
  expect(replayRemaining(passed, 104)).toBe(0)
  expect(replayLedger(100, null)).toEqual(emptyLedger(100))
})
