import { type Finding, ok, warning } from './finding.ts'

const WHAT = 'ledger'

/** The totals in the metadata of a partition's committed offset. */
export interface Totals {
  readonly base: number
  readonly emitted: number
  readonly rejected: number
  readonly ignored: number
  readonly replayEnd?: number
}

/** By partition; null: the offset carries none that fits it. The sum is checked where it is read. */
export function ledgerFindings(ledgers: ReadonlyMap<number, Totals | null>): Finding[] {
  const without = [...ledgers].filter(([, ledger]) => ledger === null).map(([partition]) => partition)
  const all = [...ledgers.values()].filter(ledger => ledger !== null)
  const sum = (of: 'emitted' | 'rejected' | 'ignored') => all.reduce((total, ledger) => total + ledger[of], 0)
  const [emitted, rejected, ignored] = [sum('emitted'), sum('rejected'), sum('ignored')]
  const replaying = [...ledgers].filter(([, ledger]) => ledger?.replayEnd !== undefined).map(([p]) => p)
  const replay = replaying.length > 0 ? `; a replay goes on in partitions ${replaying.join(', ')}` : ''
  const raw = emitted + rejected + ignored
  const says = `${raw} raw = ${emitted} emitted + ${rejected} rejected + ${ignored} ignored${replay}`
  if (without.length === 0) return [ok(WHAT, says)]
  const missing = `the offsets of partitions ${without.join(', ')} carry no totals, as after another tool moved them`
  return [
    warning(WHAT, missing, 'none needed: they begin anew there; move offsets with `replay`'),
    ok(WHAT, says),
  ]
}
