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
  /** Where the group stood before a replay moved it back; gone once that offset is reached again. */
  readonly replayEnd?: number
}

export const emptyLedger = (base: number): Ledger => ({ base, emitted: 0, rejected: 0, ignored: 0 })

/** The ledger of a partition that begins anew at `base`, before where it once stood. */
export const replayLedger = (base: number, replayEnd: number | null): Ledger => ({
  ...emptyLedger(base),
  ...(replayEnd !== null && { replayEnd }),
})

/** How many records of a replay are still to come at an offset. */
export const replayRemaining = ({ replayEnd }: Ledger, offset: number): number =>
  replayEnd === undefined ? 0 : Math.max(0, replayEnd - offset)

export const encodeLedger = (ledger: Ledger): string => JSON.stringify({ v: 1, ...ledger })

/** Null where the text is no ledger, or not of this offset: somebody else has moved the group's offsets. */
export function decodeLedger(metadata: string, offset: number): Ledger | null {
  let parsed: Partial<Ledger> & { v?: unknown }
  try {
    parsed = JSON.parse(metadata)
  } catch {
    return null
  }
  const { v, base, emitted, rejected, ignored, replayEnd } = parsed ?? {}
  const counts = [base, emitted, rejected, ignored, replayEnd ?? 0]
  if (v !== 1 || !counts.every(count => Number.isSafeInteger(count))) return null
  const ledger = { ...({ base, emitted, rejected, ignored } as Ledger), ...(replayEnd && { replayEnd }) }
  return isBalanced(ledger, offset) ? ledger : null
}

const isBalanced = ({ base, emitted, rejected, ignored }: Ledger, offset: number): boolean =>
  offset - base === emitted + rejected + ignored

/** The outcomes and the offsets of a partition do not add up: a defect that must not go on. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
}

/**
 * The ledger behind `outcomes`, which are those of all records from offset `from` up to offset `to`. Offsets that
 * hold no record move the base, so that the rest still adds up. Throws LedgerError.
 */
export function advance(ledger: Ledger, from: number, to: number, outcomes: readonly Outcome[]): Ledger {
  const { replayEnd, ...totals } = ledger
  const isReplaying = replayEnd !== undefined && replayEnd > to
  const base = ledger.base + (to - from - outcomes.length)
  const next = { ...totals, base, ...(isReplaying && { replayEnd }) }
  for (const { kind } of outcomes) next[kind]++
  if (next.base < ledger.base || !isBalanced(next, to)) {
    throw new LedgerError(
      `The ledger of ${from} and ${outcomes.length} outcomes do not add up to offset ${to}: ${encodeLedger(next)}`,
    )
  }
  return next
}
