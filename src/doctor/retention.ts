import { type Finding, fault, ok } from './finding.ts'

const WHAT = 'retention'

/**
 * Output and error records carry the raw records' timestamps, by which Kafka deletes: topics that keep less than
 * raw lose, after a replay, what was only just written. Milliseconds, -1 for ever.
 */
export function retentionFindings(rawMs: number, others: Readonly<Record<string, number>>): Finding[] {
  const less = Object.entries(others).filter(([, ms]) => ms !== -1 && (rawMs === -1 || ms < rawMs))
  if (less.length === 0) return [ok(WHAT, 'all topics keep at least as long as the raw topic')]
  return less.map(([topic, ms]) =>
    fault(
      WHAT,
      `${topic} keeps ${ms} ms, less than the raw topic (${rawMs}): replayed records are deleted at once`,
      'raise OUTPUT_RETENTION_MS and ERROR_RETENTION_MS, or lower RAW_RETENTION_MS, then run `setup`',
    ),
  )
}
