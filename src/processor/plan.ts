import type { Log } from '../observe/log.ts'
import type { OutputRecord } from '../pipeline/output-record.ts'
import type { CommittedOffset } from '../ports.ts'
import { advance, encodeLedger } from './ledger.ts'
import type { Position, Positions } from './positions.ts'
import type { Translated } from './translate-deliveries.ts'

/** What a round is about to make true, all of it or nothing. */
export interface Plan {
  /** One a partition; those of which nothing can be committed yet are left out. */
  readonly parts: readonly Translated[]
  readonly next: ReadonlyMap<number, Position>
  readonly records: readonly OutputRecord[]
  readonly offsets: ReadonlyMap<number, CommittedOffset>
}

/** The transaction that takes partitions from their positions over what was translated. Throws LedgerError. */
export function planRound(translated: readonly Translated[], positions: Positions, log: Log): Plan {
  const parts = translated.filter(({ outcomes }) => outcomes.length > 0)
  const next = new Map(parts.map(part => [part.delivery.partition, positionBehind(part, positions, log)]))
  return {
    parts,
    next,
    records: recordsOf(parts),
    offsets: new Map(
      [...next].map(([partition, position]) => [
        partition,
        { offset: position.next, metadata: encodeLedger(position.ledger) },
      ]),
    ),
  }
}

function recordsOf(parts: readonly Translated[]): OutputRecord[] {
  const records: OutputRecord[] = []
  for (const { outcomes } of parts)
    for (const outcome of outcomes) if ('record' in outcome) records.push(outcome.record)
  return records
}

function positionBehind(
  { delivery: { partition }, outcomes, nextOffset }: Translated,
  positions: Positions,
  log: Log,
): Position {
  const { next, ledger } = positions.get(partition) as Position
  const missing = nextOffset - next - outcomes.length
  if (missing > 0) {
    log.warn(
      { event: 'raw_offsets_without_record', partition, missing, nextOffset },
      'Some offsets of the raw topic hold no record: it must not be written transactionally, nor be compacted',
    )
  }
  return { next: nextOffset, ledger: advance(ledger, next, nextOffset, outcomes) }
}
