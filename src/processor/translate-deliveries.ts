import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Outcome, RawRecord } from '../pipeline/shapes.ts'
import type { Delivery, RawRecords, UserDirectory } from '../ports.ts'
import type { Tally } from './tally.ts'
import { translateBatch } from './translate-batch.ts'

export interface TranslationOptions {
  readonly pipeline: Pipeline
  readonly users: UserDirectory
  /** A record younger than this whose user is unknown is tried again; 0: never. */
  readonly userGraceMs: number
  readonly stop: AbortSignal
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Log
}

/** The records of a delivery, and outcomes of as many of them as can be committed now. */
export interface Translated extends Tally {
  readonly delivery: Delivery
  /** Behind the last that has an outcome. */
  readonly nextOffset: number
}

/** The outcomes of deliveries, with one user query for all of them. Throws what `users` throws. */
export async function translateOnce(
  deliveries: readonly Delivery[],
  options: TranslationOptions,
): Promise<Translated[]> {
  const startedAt = Date.now()
  const outcomes = await translateTimed(recordsOf(deliveries), options)
  observeQueueTime(options.metrics, deliveries, startedAt)
  return share(deliveries, outcomes, options.userGraceMs, startedAt)
}

function recordsOf(deliveries: readonly Delivery[]): RawRecords {
  const [only] = deliveries
  if (only && deliveries.length === 1) return only.records
  return deliveries.flatMap(({ records }) =>
    Array.from({ length: records.length }, (_, i) => records.at(i) as RawRecord),
  )
}

/** Observes how long the user query takes, and all the rest. */
async function translateTimed(
  records: RawRecords,
  { pipeline, users, metrics }: TranslationOptions,
): Promise<Outcome[]> {
  const startedAt = performance.now()
  let resolving = 0
  const outcomes = await translateBatch(records, pipeline, {
    ...(users.known && { known: users.known }),
    async find(ids) {
      const askedAt = performance.now()
      const found = await users.find(ids)
      resolving = performance.now() - askedAt
      return found
    },
  })
  const all = performance.now() - startedAt
  metrics.observe('process_duration_seconds', { stage: 'resolve' }, resolving / 1_000)
  metrics.observe('process_duration_seconds', { stage: 'translate' }, (all - resolving) / 1_000)
  return outcomes
}

function observeQueueTime(metrics: Metrics, deliveries: readonly Delivery[], startedAt: number): void {
  for (const { records } of deliveries) {
    const oldest = records.at(0)
    if (oldest) metrics.observe('queue_time_seconds', {}, Math.max(0, startedAt - oldest.timestamp) / 1_000)
  }
}

function share(
  deliveries: readonly Delivery[],
  outcomes: readonly Outcome[],
  userGraceMs: number,
  now: number,
): Translated[] {
  let from = 0
  return deliveries.map(delivery => {
    const { records } = delivery
    const own = outcomes.slice(from, from + records.length)
    from += records.length
    const young = (at: number) => now - (records.at(at) as RawRecord).timestamp < userGraceMs
    const cut = own.findIndex(
      (outcome, at) => outcome.kind === 'rejected' && outcome.reason === 'user_unknown' && young(at),
    )
    if (cut < 0) return { delivery, records, outcomes: own, nextOffset: delivery.nextOffset }
    const { offset } = records.at(cut) as RawRecord
    return { delivery, records, outcomes: own.slice(0, cut), nextOffset: offset }
  })
}
