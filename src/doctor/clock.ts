import { type Finding, ok, warning } from './finding.ts'

const WHAT = 'clock'
/** Less than this a busy machine may show by itself. */
const TOLERANCE_MS = 2_000

/** Timestamps of raw records are this machine's; Kafka deletes by them, and lag is reckoned from them. */
export function clockFindings(localMs: number, databaseMs: number): Finding[] {
  const skewMs = Math.round(localMs - databaseMs)
  const size = Math.abs(skewMs)
  if (size <= TOLERANCE_MS) return [ok(WHAT, `within ${TOLERANCE_MS / 1_000} s of the database's`)]
  const says = `this machine is ${(size / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the database`
  return [warning(WHAT, says, 'let both follow a time server (NTP)')]
}
