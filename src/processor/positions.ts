import type { Log } from '../observe/log.ts'
import type { GroupOffsets, GroupSession, RawSource } from '../ports.ts'
import { addOutcomes, decodeLedger, emptyLedger, encodeLedger, isBalanced, type Ledger } from './ledger.ts'
import type { Translated } from './round.ts'

/** Where a partition stands: the next offset to be processed, and the ledger up to it. */
export interface Position {
  readonly next: number
  readonly ledger: Ledger
}

/** Nobody has said where to begin; a person has to. */
export class NoStartError extends Error {
  override readonly name = 'NoStartError'
}

export interface PositionsOptions {
  readonly group: string
  readonly topic: string
  readonly offsets: GroupOffsets
  readonly source: RawSource
  readonly log: Log
}

/**
 * The positions of one session's partitions. They are read strictly after the session was joined and after a
 * producer of its own settled what was in doubt; from then on they only follow this process's own commits.
 */
export class Positions {
  readonly #options: PositionsOptions
  readonly #positions = new Map<number, Position>()
  readonly #unstableSince = new Map<number, number>()
  /** Partitions whose committed offset lies outside the log, and why nothing is done there. */
  readonly halted = new Map<number, string>()

  constructor(options: PositionsOptions) {
    this.#options = options
  }

  get(partition: number): Position | undefined {
    return this.#positions.get(partition)
  }

  set(partition: number, position: Position): void {
    this.#positions.set(partition, position)
  }

  entries(): Iterable<[number, Position]> {
    return this.#positions
  }

  /** Whether each partition has a position, or stands still for good. */
  isComplete({ partitions }: GroupSession): boolean {
    for (const p of partitions) if (!this.#positions.has(p) && !this.halted.has(p)) return false
    return true
  }

  /** Everything has to be read again: a transaction is in doubt. */
  forget(): void {
    this.#positions.clear()
  }

  /** Milliseconds that the longest-held partition has waited for somebody's transaction; 0 where none does. */
  longestUnstableMs(now: number): number {
    return Math.max(0, ...[...this.#unstableSince.values()].map(since => now - since))
  }

  get unstable(): number {
    return this.#unstableSince.size
  }

  /** Reads the positions of the session's partitions that have none. One held back by a transaction stays without. */
  async load(session: GroupSession, now: number): Promise<void> {
    const { offsets } = this.#options
    const [stable, bounds] = [await offsets.stable(), await offsets.bounds()]
    const committed = [...stable.values()].filter(offset => offset !== null)
    for (const partition of session.partitions) {
      if (this.#positions.has(partition)) continue
      const offset = stable.get(partition)
      if (offset === undefined) {
        if (!this.#unstableSince.has(partition)) this.#unstableSince.set(partition, now)
        continue
      }
      this.#unstableSince.delete(partition)
      const { low, high } = bounds.get(partition) ?? { low: 0, high: 0 }
      if (offset !== null) this.#place(partition, offset.offset, low, high, offset.metadata)
      else if (committed.length > 0) this.#positions.set(partition, { next: low, ledger: emptyLedger(low) })
      else if (stable.size >= bounds.size) throw this.#noStart()
    }
  }

  #place(partition: number, offset: number, low: number, high: number, metadata: string): void {
    const { log, topic } = this.#options
    if (offset < low || offset > high) {
      this.halt(
        partition,
        offset < low
          ? `its committed offset ${offset} is before the log begins (${low}): ${low - offset} records are gone`
          : `its committed offset ${offset} is beyond the log's end (${high})`,
      )
      return
    }
    const ledger = decodeLedger(metadata, offset)
    if (!ledger) {
      log.warn(
        { event: 'ledger_restarted', topic, partition, offset },
        'The committed offset carries no ledger of its own, as after a tool moved it: a new ledger begins here',
      )
    }
    this.#positions.set(partition, { next: offset, ledger: ledger ?? emptyLedger(offset) })
  }

  /** Never a silent jump: the partition waits until somebody says where to go on. */
  halt(partition: number, why: string): void {
    const { log, topic, source } = this.#options
    if (this.halted.has(partition)) return
    this.halted.set(partition, why)
    source.halt(partition)
    log.error(
      { event: 'partition_halted', topic, partition },
      `Partition ${partition} stands still, since ${why}. See docs/runbook.md, HaltedPartition`,
    )
  }

  #noStart(): NoStartError {
    const { group, topic } = this.#options
    return new NoStartError(
      `The group ${group} has no committed offset on ${topic}, so it is not known where to begin: ` +
        'run `setup --start earliest` (all that the topic holds) or `setup --start latest` (only what comes)',
    )
  }
}

/** The offsets and the records of a partition do not add up: a defect that must not go on. */
class LedgerError extends Error {
  override readonly name = 'LedgerError'
}

/** Where the partition stands once what was translated is committed. Throws where its ledger would not balance. */
export function advanced(positions: Positions, { delivery, outcomes, nextOffset }: Translated): Position {
  const { partition } = delivery
  const ledger = addOutcomes((positions.get(partition) as Position).ledger, outcomes)
  if (isBalanced(ledger, nextOffset)) return { next: nextOffset, ledger }
  throw new LedgerError(
    `Partition ${partition}: the outcomes up to offset ${nextOffset} do not add up (${encodeLedger(ledger)}). ` +
      'Nothing was committed. The raw topic must not be written transactionally, nor be compacted',
  )
}
