import { setTimeout as sleep } from 'node:timers/promises'
import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Outcome, RawRecord } from '../pipeline/shapes.ts'
import type { Tally } from './tally.ts'

export interface BreakerOptions {
  /** Whether most records may be rejected, whatever the cause. */
  readonly breaker: boolean
  /** Between attempts at a held round. Default 30 s. */
  readonly breakerRetryMs?: number
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Log
}

/** A judgement needs as many records; those of the round in hand are among them. */
const WINDOW = 1_000
/** Rejections of fewer senders are their own fault; of as many, ours. */
const LEAST_KEYS = 100
const DEFAULT_RETRY_MS = 30_000
/** Of a record that `errors replay` has sent back: it was rejected before, and may be again. */
const SENT_BACK = 'segedx.error.replay-count'

/** What the breaker remembers of a record: null where it was not rejected. */
type Judged = { readonly key: string; readonly reason: string } | null

/**
 * The circuit breaker on rejections: a wrong deployment, or an empty table of users, must not pour the raw topic into
 * the error topic; and a hostile sender must not be able to stop everybody.
 */
export class Breaker {
  readonly #options: BreakerOptions
  readonly #retryMs: number
  /** The last records that were committed, and those of the round that was judged last. */
  #past: readonly Judged[] = []
  #present: readonly Judged[] = []
  #isOpen = false

  constructor(options: BreakerOptions) {
    this.#options = options
    this.#retryMs = options.breakerRetryMs ?? DEFAULT_RETRY_MS
    this.#show(null)
  }

  /** Whether a round may be committed. Where not, it says so, and why. */
  lets(round: readonly Tally[]): boolean {
    if (!this.#options.breaker) return true
    this.#present = judged(round)
    const looked = this.#window(Math.max(WINDOW, this.#present.length))
    // A round is never held for what was rejected before it alone: else it would be held for ever.
    const isSuspect = isMostlyRejected(this.#present) && isOfMany(this.#present)
    const why = looked.length >= WINDOW && isSuspect ? faultOf(looked) : null
    const { log } = this.#options
    if (why !== null && !this.#isOpen) log.error({ event: 'breaker_opened' }, `The work is held: ${why}`)
    if (why === null && this.#isOpen)
      log.info({ event: 'breaker_closed' }, 'The work goes on: the records pass')
    this.#show(why)
    return why === null
  }

  /** Waits until it is time to try a held round again, or one of the signals ends that. */
  async pause(...signals: AbortSignal[]): Promise<void> {
    await sleep(this.#retryMs, undefined, { signal: AbortSignal.any(signals) }).catch(() => {})
  }

  /** Remembers the round that was judged last: it is committed. */
  committed(): void {
    this.#past = this.#window(WINDOW)
  }

  /** Nothing is held any more: it was let go of, for whoever has the partitions now. */
  letGo(): void {
    if (this.#isOpen) this.#show(null)
  }

  #window(size: number): readonly Judged[] {
    const fromPast = size - this.#present.length
    return fromPast > 0 ? [...this.#past.slice(-fromPast), ...this.#present] : this.#present.slice(-size)
  }

  #show(why: string | null): void {
    const { metrics, health } = this.#options
    this.#isOpen = why !== null
    metrics.set('breaker_open', {}, why === null ? 0 : 1)
    health.report('breaker', why === null ? { ready: true } : { ready: false, reason: why })
  }
}

/** Of a round's records, those that were neither ignored nor sent back. */
function judged(round: readonly Tally[]): Judged[] {
  const all: Judged[] = []
  for (const { records, outcomes } of round) {
    for (let i = 0; i < outcomes.length; i++) {
      const outcome = outcomes[i] as Outcome
      if (outcome.kind === 'ignored') continue
      const record = records.at(i) as RawRecord
      if (SENT_BACK in record.headers) continue
      const isRejected = outcome.kind === 'rejected'
      all.push(isRejected ? { key: record.key?.toString('latin1') ?? '', reason: outcome.reason } : null)
    }
  }
  return all
}

const isMostlyRejected = (looked: readonly Judged[]) =>
  2 * looked.filter(one => one !== null).length > looked.length

const keysOf = (looked: readonly Judged[]) =>
  new Set(looked.flatMap(one => (one === null ? [] : [one.key]))).size

/** Whether the rejections of a round, which may be small, are more than a few senders' own. */
const isOfMany = (round: readonly Judged[]) =>
  keysOf(round) >= Math.min(LEAST_KEYS, round.filter(one => one !== null).length / 2)

/** Why these records are more than single senders' fault; null where they are not. */
function faultOf(looked: readonly Judged[]): string | null {
  if (!isMostlyRejected(looked)) return null
  const rejected = looked.filter(one => one !== null)
  const keys = keysOf(looked)
  if (keys < LEAST_KEYS) return null
  const byReason = new Map<string, number>()
  for (const { reason } of rejected) byReason.set(reason, (byReason.get(reason) ?? 0) + 1)
  const [reason, count] = [...byReason].reduce((most, one) => (one[1] > most[1] ? one : most))
  return (
    `of ${looked.length} records ${rejected.length}, of ${keys} keys, would be rejected, ${count} of them as ` +
    `${reason}; they are tried again and again: see docs/runbook.md, BreakerOpen`
  )
}
