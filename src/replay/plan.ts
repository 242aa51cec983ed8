/** Where a replay is to begin. */
export type Target =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'time'; readonly timestampMs: number }
  | { readonly kind: 'offset'; readonly offset: number }

/** Where a partition stands. */
export interface Standing {
  /** Null: the group has no offset there. */
  readonly committed: number | null
  /** Where an earlier replay that is still going on ends. */
  readonly replayEnd: number | null
  /** The first offset of the log, and the one behind its last. */
  readonly low: number
  readonly high: number
  /** Of the first record of the target's time or later, `high` if there is none; only where the target is a time. */
  readonly atTime: number | null
}

/** What a replay does to a partition. */
export interface Move {
  readonly partition: number
  readonly from: number | null
  readonly to: number
  /** Records that will be processed once more. */
  readonly again: number
  /** Records in the log that will not be processed at all. */
  readonly skipped: number
  /** What a person might not expect. */
  readonly notes: readonly string[]
  /** Where the group stood at most, if it is moved back: what comes before is a repetition. */
  readonly replayEnd: number | null
}

/** The offsets are gap-free: the raw topic is never written transactionally. */
export function planReplay(target: Target, standings: ReadonlyMap<number, Standing>): Move[] {
  return [...standings]
    .sort(([a], [b]) => a - b)
    .map(([partition, standing]) => planMove(target, partition, standing))
}

function planMove(target: Target, partition: number, standing: Standing): Move {
  const { committed, low, high } = standing
  const wished = wishedOffset(target, standing)
  const to = clamp(wished, low, high)
  const stood = clamp(committed ?? low, low, high)
  const end = Math.max(stood, Math.min(standing.replayEnd ?? 0, high))
  return {
    partition,
    from: committed,
    to,
    again: Math.max(0, stood - to),
    skipped: Math.max(0, to - stood),
    notes: [...targetNotes(target, wished, standing), ...standingNotes(standing)],
    replayEnd: end > to ? end : null,
  }
}

function wishedOffset(target: Target, { low, high, atTime }: Standing): number {
  if (target.kind === 'earliest') return low
  if (target.kind === 'latest') return high
  return target.kind === 'offset' ? target.offset : (atTime ?? high)
}

function targetNotes(target: Target, wished: number, { low, high }: Standing): string[] {
  if (wished < low) return [`${wished} is before the log begins, so to its beginning`]
  if (wished > high) return [`${wished} is beyond the log's end, so to its end`]
  if (target.kind !== 'time' || low === high) return []
  if (wished === low) return ['the whole log is of that time or later, so to its beginning']
  return wished === high ? ['nothing in the log is of that time or later, so to its end'] : []
}

function standingNotes({ committed, low, high }: Standing): string[] {
  if (committed === null) return ['the group had no offset here']
  if (committed < low) return [`${low - committed} records were deleted before they were processed`]
  return committed > high ? [`the group stood at ${committed}, beyond the log's end`] : []
}

const clamp = (offset: number, low: number, high: number) => Math.min(Math.max(offset, low), high)
