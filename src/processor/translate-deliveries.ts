import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Outcome, RawRecord } from '../pipeline/shapes.ts'
import type { Delivery, UserDirectory } from '../ports.ts'
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

/** As many records of a delivery as can be committed now, with their outcomes. */
export interface Translated {
  readonly delivery: Delivery
  readonly records: readonly RawRecord[]
  readonly outcomes: readonly Outcome[]
  /** Behind the last of them. */
  readonly nextOffset: number
}

/** The outcomes of deliveries, with one user query for all of them. Throws what `users` throws. */
export async function translateOnce(
  deliveries: readonly Delivery[],
  options: TranslationOptions,
): Promise<Translated[]> {
  const startedAt = Date.now()
  const records = deliveries.flatMap(delivery => delivery.records)
  const outcomes = await translateTimed(records, options)
  observeQueueTime(options.metrics, deliveries, startedAt)
  return share(deliveries, outcomes, options.userGraceMs, startedAt)
}

/** Observes how long the user query takes, and all the rest. */
async function translateTimed(
  records: readonly RawRecord[],
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
    const oldest = records[0]
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
    const own = outcomes.slice(from, from + delivery.records.length)
    from += delivery.records.length
    const young = (at: number) => now - (delivery.records[at] as RawRecord).timestamp < userGraceMs
    const cut = own.findIndex(
      (outcome, at) => outcome.kind === 'rejected' && outcome.reason === 'user_unknown' && young(at),
    )
    if (cut < 0)
      return { delivery, records: delivery.records, outcomes: own, nextOffset: delivery.nextOffset }
    return {
      delivery,
      records: delivery.records.slice(0, cut),
      outcomes: own.slice(0, cut),
      nextOffset: (delivery.records[cut] as RawRecord).offset,
    }
  })
}
