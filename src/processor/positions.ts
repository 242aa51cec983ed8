import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { CommittedOffset, GroupOffsets, GroupSession, RawSource } from '../ports.ts'
import { decodeLedger, emptyLedger, type Ledger } from './ledger.ts'

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
  readonly metrics: Metrics
  readonly log: Log
}

type Bounds = { readonly low: number; readonly high: number }

/** How soon a partition without a position is looked at again. */
const UNSTABLE_RETRY_MS = 100
const HALTED_RETRY_MS = 5_000

/**
 * The positions of one session's partitions. They are read strictly after the session was joined and after a
 * producer of its own settled what was in doubt; from then on they only follow this process's own commits.
 */
export class Positions {
  readonly #options: PositionsOptions
  readonly #positions = new Map<number, Position>()
  readonly #unstableSince = new Map<number, number>()
  /** Committed offsets outside the log whose lost records are counted: not again in each session. */
  readonly #counted = new Map<number, number>()
  readonly #paused = new Set<number>()
  #nextLookAt = 0
  /** Partitions whose committed offset lies outside the log, and why nothing is done there. */
  readonly halted = new Map<number, string>()

  constructor(options: PositionsOptions) {
    this.#options = options
  }

  get(partition: number): Position | undefined {
    return this.#positions.get(partition)
  }

  /** Follows a commit of one's own. */
  advance(partition: number, position: Position): void {
    this.#positions.set(partition, position)
  }

  /** A new session: nothing of the last one holds. */
  reset(): void {
    this.forget()
    this.#unstableSince.clear()
    this.halted.clear()
  }

  /** A transaction is in doubt: all has to be read again. */
  forget(): void {
    this.#positions.clear()
    this.#nextLookAt = 0
  }

  /** The log was found not to reach to the partition's position: where it stands has to be read again. */
  reconsider(partition: number): void {
    this.#positions.delete(partition)
    this.#pause(partition)
    this.#nextLookAt = 0
  }

  /** Milliseconds that a partition has waited, at most, for somebody's transaction; 0 where none does. */
  longestUnstableMs(now: number): number {
    return Math.max(0, ...[...this.#unstableSince.values()].map(since => now - since))
  }

  get unstable(): number {
    return this.#unstableSince.size
  }

  isComplete({ partitions }: GroupSession): boolean {
    return [...partitions].every(partition => this.#positions.has(partition))
  }

  /** Whether positions are to be read now: some partition has none, and it is time to look again. */
  isDue(session: GroupSession, now: number): boolean {
    return now >= this.#nextLookAt && !this.isComplete(session)
  }

  /** Reads the positions that are missing. A partition held back by a transaction, or halted, stays without. */
  async load(session: GroupSession, now: number): Promise<void> {
    const { offsets } = this.#options
    const stable = await offsets.stable()
    const bounds = await offsets.bounds()
    const isNew = [...stable.values()].every(offset => offset === null)
    if (isNew && stable.size === bounds.size) throw noStart(this.#options)
    for (const partition of session.partitions) {
      if (this.#positions.has(partition)) continue
      const committed = stable.get(partition)
      const ends = bounds.get(partition)
      // An unstable offset, a partition that Kafka does not tell of yet, or others that may still say where to begin.
      if (committed === undefined || ends === undefined || isNew) this.#wait(partition, now)
      else this.#place(partition, committed, ends)
    }
    this.#nextLookAt = now + (this.unstable > 0 ? UNSTABLE_RETRY_MS : HALTED_RETRY_MS)
  }

  #wait(partition: number, now: number): void {
    if (!this.#unstableSince.has(partition)) this.#unstableSince.set(partition, now)
    this.#pause(partition)
  }

  #place(partition: number, committed: CommittedOffset | null, ends: Bounds): void {
    this.#unstableSince.delete(partition)
    // Others have offsets, so this partition was added to the topic, and is read from its beginning.
    const { offset, metadata } = committed ?? { offset: ends.low, metadata: null }
    if (offset < ends.low || offset > ends.high) {
      this.#halt(partition, offset, ends)
      return
    }
    this.halted.delete(partition)
    this.#counted.delete(partition)
    this.#positions.set(partition, { next: offset, ledger: this.#ledger(partition, offset, metadata) })
    if (!this.#paused.delete(partition)) return
    this.#options.source.seek(partition, offset)
    this.#options.source.resume(partition)
  }

  #pause(partition: number): void {
    this.#paused.add(partition)
    this.#options.source.pause(partition)
  }

  #ledger(partition: number, offset: number, metadata: string | null): Ledger {
    const { log, topic } = this.#options
    const ledger = metadata === null ? emptyLedger(offset) : decodeLedger(metadata, offset)
    if (ledger) return ledger
    log.warn(
      { event: 'ledger_restarted', topic, partition, offset },
      'The committed offset carries no ledger of its own, as after a tool moved it: a new ledger begins here',
    )
    return emptyLedger(offset)
  }

  /** Never a silent jump: the partition waits until somebody says where to go on. */
  #halt(partition: number, offset: number, { low, high }: Bounds): void {
    const { log, topic, metrics } = this.#options
    this.#pause(partition)
    const why =
      offset < low
        ? `its committed offset ${offset} is before the log begins (${low}): ${low - offset} records are gone`
        : `its committed offset ${offset} is beyond the log's end (${high})`
    if (this.#counted.get(partition) !== offset) {
      this.#counted.set(partition, offset)
      const reason = offset < low ? 'retention' : 'offset_reset'
      const lost = offset < low ? low - offset : offset - high
      metrics.count('consumer_skipped_records_total', { topic, reason }, lost)
    }
    if (!this.halted.has(partition)) {
      log.error(
        { event: 'partition_halted', topic, partition, offset, low, high },
        `Partition ${partition} stands still, since ${why}: \`replay\` says where it goes on. See docs/runbook.md, HaltedPartition`,
      )
    }
    this.halted.set(partition, why)
  }
}

const noStart = ({ group, topic }: PositionsOptions) =>
  new NoStartError(
    `The group ${group} has no committed offset on ${topic}, so it is not known where to begin: ` +
      'run `setup --start earliest` (all that the topic holds) or `setup --start latest` (only what comes)',
  )
