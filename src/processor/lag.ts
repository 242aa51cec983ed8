import type { Metrics } from '../observe/metrics.ts'
import type { Delivery } from '../ports.ts'
import { replayRemaining } from './ledger.ts'
import type { Position } from './positions.ts'
import type { Translated } from './translate-deliveries.ts'

interface Standing {
  /** Timestamp of the oldest record that is not committed, or when it was first missed; undefined: caught up. */
  oldest: number | undefined
  lag: number
  /** When the position last moved, or there was nothing to do. */
  movedAt: number
  next: number
}

export interface LagOptions {
  readonly topic: string
  /** The raw topic's, -1 for ever. */
  readonly retentionMs: number
  readonly metrics: Metrics
}

/** How far each partition of this process is behind, from positions: the log's end counts no transaction markers. */
export class Lag {
  readonly #standings = new Map<number, Standing>()

  fetched({ partition, records }: Delivery): void {
    const standing = this.#standings.get(partition) ?? { oldest: undefined, lag: 0, movedAt: 0, next: -1 }
    standing.oldest = records.at(0)?.timestamp ?? standing.oldest
    this.#standings.set(partition, standing)
  }

  committed({ delivery: { partition, highWatermark }, records, outcomes, nextOffset }: Translated): void {
    const standing = this.#standings.get(partition)
    // Until the next fetch tells, the next record is taken to be as old as the last.
    if (standing)
      standing.oldest = nextOffset < highWatermark ? records.at(outcomes.length - 1)?.timestamp : undefined
  }

  /** Forgets all other partitions. */
  keep(partitions: ReadonlySet<number>): void {
    for (const p of this.#standings.keys()) if (!partitions.has(p)) this.#standings.delete(p)
  }

  /** Partitions behind that have not moved for so long. */
  stalled(forMs: number, now: number): number[] {
    return [...this.#standings]
      .filter(([, { lag, movedAt }]) => lag > 0 && now - movedAt > forMs)
      .map(([p]) => p)
  }

  /** Takes note of a partition's end, and shows where it stands. */
  show(partition: number, position: Position, high: number, now: number, options: LagOptions): void {
    const lag = Math.max(0, high - position.next)
    const before = this.#standings.get(partition)
    const isStill = before?.next === position.next && lag > 0
    const standing = {
      lag,
      next: position.next,
      movedAt: isStill ? before.movedAt : now,
      oldest: lag > 0 ? (before?.oldest ?? now) : undefined,
    }
    this.#standings.set(partition, standing)
    const { metrics, topic, retentionMs } = options
    const ageMs = standing.oldest === undefined ? 0 : Math.max(0, now - standing.oldest)
    metrics.set('consumer_lag_records', { topic, partition }, lag)
    metrics.set('consumer_lag_seconds', { topic, partition }, ageMs / 1_000)
    const used = retentionMs > 0 ? ageMs / retentionMs : 0
    metrics.set('consumer_retention_used_ratio', { topic, partition }, used)
    const remaining = replayRemaining(position.ledger, position.next)
    metrics.set('replay_records_remaining', { topic, partition }, remaining)
  }
}
