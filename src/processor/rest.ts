import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery } from '../ports.ts'

export interface RestOptions {
  /** From one transaction's begin to the next one's, at least; 0: as soon as there are records. */
  readonly commitIntervalMs: number
  readonly stop: AbortSignal
}

/** Between looks at whether somebody calls. */
const LOOK_MS = 50

/**
 * Rests after a round that began at `startedAt`, before more is fetched: what comes meanwhile shares one transaction.
 * With records waiting, as while catching up, it does not, since a fetch is limited and so would be the throughput.
 */
export async function rest(
  startedAt: number,
  deliveries: readonly Delivery[],
  { commitIntervalMs, stop }: RestOptions,
): Promise<void> {
  if (deliveries.some(({ nextOffset, highWatermark }) => nextOffset < highWatermark)) return
  const signals = [stop, ...deliveries.map(({ signal }) => signal)]
  while (!signals.some(({ aborted }) => aborted)) {
    const left = startedAt + commitIntervalMs - performance.now()
    if (left <= 0) return
    await sleep(Math.min(left, LOOK_MS))
  }
}
