import { backOff } from '../back-off.ts'
import type { Log } from '../observe/log.ts'
import { isTransient } from '../transient.ts'

interface PatienceOptions {
  /** From now on, for all that is tried. */
  readonly waitMs: number
  readonly log: Log
  readonly signal: AbortSignal
}

/** What is asked, as a sentence begins with it, and what to check when it does not answer. */
interface Asked {
  readonly name: string
  readonly hint: string
}

/** Tries again what may succeed later, and says so, until the time is over or the signal ends it. */
export function createPatience({ waitMs, log, signal }: PatienceOptions) {
  const until = performance.now() + waitMs
  return async <T>({ name, hint }: Asked, work: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work()
      } catch (err) {
        signal.throwIfAborted()
        if (!isTransient(err)) throw err
        const seconds = Math.ceil((until - performance.now()) / 1_000)
        if (seconds <= 0)
          throw new Error(`${name} could not be used for ${waitMs / 1_000} s: ${hint}`, { cause: err })
        log.warn(
          { event: 'waiting', attempt, err },
          `${name} cannot be used yet; trying for another ${seconds} s`,
        )
        await backOff(attempt, signal)
      }
    }
  }
}
