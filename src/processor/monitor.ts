import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { GroupOffsets, RawSource } from '../ports.ts'
import type { Processor } from './processor.ts'

export interface MonitorOptions {
  readonly processor: Processor
  readonly source: RawSource
  readonly offsets: GroupOffsets
  readonly topic: string
  readonly sessionTimeoutMs: number
  readonly transactionTimeoutMs: number
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Log
  /** Only a new process can go on. */
  readonly onDead: (error: Error) => void
}

const INTERVAL_MS = 1_000
const LAG_EVERY = 5
/** Beyond the transaction's own time-out: its coordinator looks for overdue ones only so often. */
const UNSTABLE_GRACE_MS = 20_000

/** Watches over the consumer and shows where it stands. Returns what ends it. */
export function startMonitor(options: MonitorOptions): () => void {
  const { source, metrics, topic, sessionTimeoutMs, onDead } = options
  let shown = new Set<number>()
  let lostAt: number | null = null
  let ticks = 0

  const tick = async () => {
    const now = Date.now()
    if (source.isMember()) lostAt = null
    else lostAt ??= now
    if (lostAt !== null && now - lostAt > sessionTimeoutMs) {
      // kafkajs can lose its membership and live on without heartbeats, for as long as one lets it.
      onDead(
        new Error(
          'The consumer has lost its membership and does not join again: this process has to be restarted',
        ),
      )
    }
    const partitions = source.session()?.partitions ?? new Set<number>()
    metrics.set('consumer_assigned_partitions', { topic }, partitions.size)
    for (const gone of [...shown].filter(p => !partitions.has(p))) {
      metrics.remove('consumer_lag_records', { topic, partition: gone })
      metrics.remove('consumer_lag_seconds', { topic, partition: gone })
    }
    shown = new Set([...shown].filter(p => partitions.has(p)))
    reportReadiness(options, partitions.size, now)
    if (ticks++ % LAG_EVERY === 0) await showLag(options, partitions, shown, now)
  }

  const timer = setInterval(() => {
    tick().catch(err => options.log.warn({ event: 'lag_unknown', err }, 'The lag could not be read'))
  }, INTERVAL_MS)
  return () => clearInterval(timer)
}

function reportReadiness(options: MonitorOptions, assigned: number, now: number): void {
  const { processor, source, metrics, health, log, topic } = options
  const { halted, unstable } = processor.positions
  metrics.set('consumer_unstable_partitions', { topic }, unstable)
  metrics.set('consumer_paused_partitions', { topic }, halted.size)
  const isHanging =
    processor.positions.longestUnstableMs(now) > options.transactionTimeoutMs + UNSTABLE_GRACE_MS
  if (isHanging) {
    log.error(
      { event: 'transaction_hangs', topic },
      'An open transaction holds back the start of partitions for longer than its time-out: see docs/runbook.md, HangingTransaction',
    )
  }
  const reason = isHanging
    ? `${unstable} partitions wait for a transaction that hangs`
    : halted.size > 0
      ? `${halted.size} partitions stand still: ${[...halted].map(([p, why]) => `${p}, since ${why}`).join('; ')}`
      : source.session() === null
        ? 'the group is not joined yet'
        : null
  // A standby, without partitions, is ready.
  health.report(
    'consumer',
    reason === null || (assigned === 0 && source.session())
      ? { ready: true }
      : { ready: false, reason: reason ?? '' },
  )
}

async function showLag(
  { processor, offsets, metrics, topic }: MonitorOptions,
  partitions: ReadonlySet<number>,
  shown: Set<number>,
  now: number,
): Promise<void> {
  const bounds = await offsets.bounds()
  metrics.set('topic_partitions', { topic }, bounds.size)
  for (const partition of partitions) {
    const position = processor.positions.get(partition)
    const high = bounds.get(partition)?.high
    if (!position || high === undefined) continue
    const lag = Math.max(0, high - position.next)
    const waitingSince = lag > 0 ? processor.waitingSince(partition) : undefined
    metrics.set('consumer_lag_records', { topic, partition }, lag)
    metrics.set(
      'consumer_lag_seconds',
      { topic, partition },
      waitingSince === undefined ? 0 : Math.max(0, now - waitingSince) / 1_000,
    )
    shown.add(partition)
  }
}
