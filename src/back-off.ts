import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 50
const MOST_MS = 5_000

/** Waits before attempt number `attempt` + 1: longer each time, never in step with others, not beyond a signal. */
export async function backOff(attempt: number, ...signals: AbortSignal[]): Promise<void> {
  const longest = Math.min(MOST_MS, FIRST_MS * 2 ** attempt)
  const signal = AbortSignal.any(signals)
  await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(error => {
    if (!signal.aborted) throw error
  })
}
