import { backOff } from '../back-off.ts'
import { describeError } from '../observe/describe-error.ts'
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

/**
 * The outcomes of a round, with one user query for all of it. While the user directory is down it tries again
 * for as long as the memberships last; nothing is rejected for it. Null: let go of the round.
 */
export async function translateRound(
  deliveries: readonly Delivery[],
  options: TranslationOptions,
  stop: AbortSignal,
): Promise<Translated[] | null> {
  const { health, log } = options
  const records = deliveries.flatMap(delivery => delivery.records)
  const signals = [stop, ...deliveries.map(({ signal }) => signal)]
  for (let attempt = 0; !signals.some(signal => signal.aborted); attempt++) {
    try {
      const startedAt = Date.now()
      const outcomes = await translateBatch(records, options.pipeline, options.users)
      health.report('users', { ready: true })
      observe(options.metrics, records, startedAt)
      return share(deliveries, outcomes, options.userGraceMs, startedAt)
    } catch (err) {
      health.report('users', { ready: false, reason: describeError(err) })
      log.warn(
        { event: 'users_unavailable', attempt, err },
        'The user directory does not answer; the records wait, and nothing is rejected',
      )
      await backOff(attempt, ...signals)
    }
  }
  return null
}

function observe(metrics: Metrics, records: readonly RawRecord[], startedAt: number): void {
  const oldest = records[0]
  if (oldest) metrics.observe('queue_time_seconds', {}, Math.max(0, startedAt - oldest.timestamp) / 1_000)
  metrics.observe('process_duration_seconds', { stage: 'publish' }, (Date.now() - startedAt) / 1_000)
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
