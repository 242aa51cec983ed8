import { describe, expect, test } from 'vitest'
import type { Outcome } from '#src/pipeline/shapes.ts'
import { addOutcomes, decodeLedger, emptyLedger, encodeLedger, isBalanced } from '#src/processor/ledger.ts'

const outcomes = [
  { kind: 'emitted' },
  { kind: 'ignored' },
  { kind: 'ignored' },
  { kind: 'rejected' },
] as Outcome[]

describe('ledger', () => {
  const ledger = addOutcomes(emptyLedger(10), outcomes)

  test('adds up to the offset', () => {
    expect(ledger).toEqual({ base: 10, emitted: 1, ignored: 2, rejected: 1 })
    expect(isBalanced(ledger, 14)).toBe(true)
    expect(isBalanced(ledger, 15)).toBe(false)
  })

  test('comes back from the metadata of its own offset only', () => {
    expect(decodeLedger(encodeLedger(ledger), 14)).toEqual(ledger)
    expect(decodeLedger(encodeLedger(ledger), 9)).toBeNull()
  })

  test.each(['', 'null', '[]', '{}', '{"v":2}', 'moved by hand'])('other metadata is none: %s', metadata => {
    expect(decodeLedger(metadata, 0)).toBeNull()
  })
})
