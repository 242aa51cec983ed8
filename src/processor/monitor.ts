import { setTimeout as sleep } from 'node:timers/promises'
import type { Health, Readiness } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { GroupOffsets, RawSource } from '../ports.ts'
import type { LagOptions } from './lag.ts'
import type { Processor } from './processor.ts'

export interface MonitorOptions extends LagOptions {
  readonly processor: Processor
  readonly source: RawSource
  readonly offsets: GroupOffsets
  readonly transactionTimeoutMs: number
  /** How long a membership may be lost: as long as a rebalance may take. */
  readonly lostMembershipMs: number
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Log
}

const INTERVAL_MS = 1_000
const LAG_INTERVAL_MS = 5_000
/** Kafka not heard of for so long is down; heartbeats and empty fetches come more often. */
const SILENT_MS = 10_000
/** The consumer not heard of for so long, while Kafka answers others, is dead. */
const DEAD_MS = 60_000
const STALLED_MS = 60_000
/** Beyond the transaction's own time-out: its coordinator looks for overdue ones only so often. */
const UNSTABLE_GRACE_MS = 20_000

/** Watches over the consumer and shows where it stands. Throws where only a new process can go on. */
export async function monitor(options: MonitorOptions, stop: AbortSignal): Promise<void> {
  const { source } = options
  let memberAt: number | null = null
  let kafkaAt = 0
  let lagAt = 0
  let shown: ReadonlySet<number> = new Set()
  while (!stop.aborted) {
    const now = Date.now()
    const session = source.session()
    const isAnswered = now - kafkaAt < 2 * LAG_INTERVAL_MS
    // While Kafka is down a new process would be no better off.
    if (session || (memberAt !== null && !isAnswered)) memberAt = now
    if (memberAt !== null && now - memberAt > options.lostMembershipMs) {
      // kafkajs can lose its membership and live on without heartbeats, for as long as one lets it.
      throw new Error(
        'The group membership is lost and not found again: this process has to be started again',
      )
    }
    if (session && now - source.lastAnswerAt() > DEAD_MS && isAnswered) {
      throw new Error('The Kafka consumer has fallen silent: this process has to be started again')
    }
    const partitions = session?.partitions ?? new Set()
    hide(options, shown, partitions)
    shown = partitions
    report(options, now)
    if (now - lagAt >= LAG_INTERVAL_MS) {
      lagAt = now
      if (await showLag(options, partitions, now)) kafkaAt = now
    }
    await sleep(INTERVAL_MS, undefined, { signal: stop }).catch(() => {})
  }
}

function report(options: MonitorOptions, now: number): void {
  const { processor, source, metrics, health, log, topic } = options
  const { halted, unstable } = processor.positions
  const partitions = source.session()?.partitions.size ?? 0
  metrics.set('consumer_assigned_partitions', { topic }, partitions)
  metrics.set('consumer_unstable_partitions', { topic }, unstable)
  metrics.set('consumer_paused_partitions', { topic }, halted.size + processor.held)
  const isSilent = now - source.lastAnswerAt() > SILENT_MS
  const kafka = isSilent ? `no broker has answered for more than ${SILENT_MS / 1_000} s` : null
  health.report('kafka', readiness(kafka))
  const unstableMs = processor.positions.longestUnstableMs(now)
  if (unstableMs > options.transactionTimeoutMs + UNSTABLE_GRACE_MS) {
    log.error(
      { event: 'transaction_hangs', topic, partitions: unstable },
      'A transaction that should have timed out holds back the start of partitions: see docs/runbook.md, HangingTransaction',
    )
  }
  health.report('consumer', readiness(consumerFault(options, now)))
}

/** Why the consumer is not ready. A standby, which has no partitions, is. */
function consumerFault({ processor, source }: MonitorOptions, now: number): string | null {
  const session = source.session()
  if (!session) return 'this process is no member of the group yet'
  const { halted, unstable } = processor.positions
  if (halted.size > 0) {
    const each = [...halted].map(([partition, why]) => `${partition}, since ${why}`)
    return `partitions stand still: ${each.join('; ')}`
  }
  if (unstable > 0) return `${unstable} partitions wait for the end of somebody's transaction`
  if (!processor.positions.isComplete(session)) return 'the committed offsets are not read yet'
  const stalled = processor.lag.stalled(STALLED_MS, now)
  return stalled.length > 0 ? `partitions ${stalled.join(', ')} are behind and make no progress` : null
}

const readiness = (reason: string | null): Readiness =>
  reason === null ? { ready: true } : { ready: false, reason }

/** Shows the lag of the partitions. False: Kafka did not say where they end. */
async function showLag(
  options: MonitorOptions,
  partitions: ReadonlySet<number>,
  now: number,
): Promise<boolean> {
  const { processor, offsets, metrics, topic, log } = options
  try {
    const bounds = await offsets.bounds()
    metrics.set('topic_partitions', { topic }, bounds.size)
    for (const partition of partitions) {
      const position = processor.positions.get(partition)
      const ends = bounds.get(partition)
      if (position && ends) processor.lag.show(partition, position, ends.high, now, options)
    }
    return true
  } catch (err) {
    log.warn({ event: 'lag_unknown', err }, 'Kafka does not say where the raw topic ends; asking again')
    return false
  }
}

/** A partition that went elsewhere has no lag here. */
function hide({ metrics, topic }: MonitorOptions, shown: Iterable<number>, now: ReadonlySet<number>): void {
  for (const partition of shown) {
    if (now.has(partition)) continue
    metrics.remove('consumer_lag_records', { topic, partition })
    metrics.remove('consumer_lag_seconds', { topic, partition })
    metrics.remove('consumer_retention_used_ratio', { topic, partition })
    metrics.remove('replay_records_remaining', { topic, partition })
  }
}
