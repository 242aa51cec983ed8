import type { Outcome } from '../pipeline/shapes.ts'

/**
 * What became of the records of a partition from `base` on. It travels in the metadata of every offset commit,
 * hence inside the transaction: at every committed offset, offset − base = emitted + rejected + ignored.
 */
export interface Ledger {
  readonly base: number
  readonly emitted: number
  readonly rejected: number
  readonly ignored: number
}

export const emptyLedger = (base: number): Ledger => ({ base, emitted: 0, rejected: 0, ignored: 0 })

export const encodeLedger = (ledger: Ledger): string => JSON.stringify({ v: 1, ...ledger })

/** Null where the text is no ledger, or not of this offset: somebody else has moved the group's offsets. */
export function decodeLedger(metadata: string, offset: number): Ledger | null {
  let parsed: Partial<Ledger> & { v?: unknown }
  try {
    parsed = JSON.parse(metadata)
  } catch {
    return null
  }
  const { v, base, emitted, rejected, ignored } = parsed ?? {}
  const counts = [base, emitted, rejected, ignored]
  if (v !== 1 || !counts.every(count => Number.isSafeInteger(count))) return null
  const ledger = { base, emitted, rejected, ignored } as Ledger
  return isBalanced(ledger, offset) ? ledger : null
}

export const isBalanced = ({ base, emitted, rejected, ignored }: Ledger, offset: number): boolean =>
  offset - base === emitted + rejected + ignored

export function addOutcomes(ledger: Ledger, outcomes: readonly Outcome[]): Ledger {
  const sum = { ...ledger }
  for (const { kind } of outcomes) sum[kind]++
  return sum
}
