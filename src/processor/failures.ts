import { backOff } from '../back-off.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'

export interface FailuresOptions {
  readonly health: Health
  readonly log: Log
  readonly stop: AbortSignal
}

/** A transaction may fail now and then, as when a broker is restarted; a row of them is a state. */
const TRANSACTIONS_TO_REPORT = 3
/** The longest pause between attempts is about 3 s. */
const LONGEST_PAUSE = 6

/** Failures in a row: the pauses between attempts grow, and readiness tells. */
export class Failures {
  readonly #options: FailuresOptions
  #failures = 0
  #transactions = 0

  constructor(options: FailuresOptions) {
    this.#options = options
  }

  /** A producer, and the committed offsets, are had; or none are needed. */
  prepared(): void {
    if (this.#transactions < TRANSACTIONS_TO_REPORT) this.#report(true)
  }

  committed(): void {
    this.#failures = 0
    this.#transactions = 0
  }

  /** Resolves when it is time to try again. */
  async ofPreparing(err: unknown): Promise<void> {
    this.#report(false, err)
    await this.#pause('no transactional producer, or no committed offsets, could be had', err)
  }

  async ofTransaction(reason: string, err: unknown): Promise<void> {
    this.#transactions++
    if (this.#transactions >= TRANSACTIONS_TO_REPORT) this.#report(false, err)
    await this.#pause(`a transaction failed or is in doubt (${reason})`, err)
  }

  async #pause(what: string, err: unknown): Promise<void> {
    const { log, stop } = this.#options
    this.#failures++
    log.warn(
      { event: 'processing_failed', failures: this.#failures, err },
      `The processor could not go on: ${what}. It tries again with a new producer, from the committed offsets`,
    )
    await backOff(Math.min(this.#failures, LONGEST_PAUSE), stop)
  }

  #report(ready: boolean, err?: unknown): void {
    const why = `no transaction could be committed: ${describeError(err)}`
    const readiness = ready ? { ready } : { ready, reason: why }
    this.#options.health.report('transactions', readiness)
  }
}
