import { describeError } from '../observe/describe-error.ts'
import type { Health } from '../observe/health.ts'
import type { Log } from '../observe/log.ts'
import type { GroupSession, TransactionalProducer, Transactions } from '../ports.ts'

export interface ProducerHolderOptions {
  readonly transactions: Transactions
  readonly group: string
  readonly topic: string
  readonly health: Health
  readonly log: Log
}

/**
 * The process's one transactional producer. Its id is made of the lowest partition that is assigned, so that
 * whoever takes over a partition settles at once what its predecessor left open, without a time-out.
 */
export class ProducerHolder {
  readonly #options: ProducerHolderOptions
  #held: { readonly id: string; readonly producer: TransactionalProducer } | null = null
  #settledFor: GroupSession | null = null

  constructor(options: ProducerHolderOptions) {
    this.#options = options
  }

  get producer(): TransactionalProducer | null {
    return this.#held?.producer ?? null
  }

  /** Has a producer for the session, or throws. A new one, even of the same id, has settled what was in doubt. */
  async ensure(session: GroupSession): Promise<void> {
    const { transactions, health } = this.#options
    if (session.partitions.size === 0) return this.discard()
    const own = Math.min(...session.partitions)
    const id = this.#idOf(own)
    this.#settleOthers(session, own)
    if (this.#held?.id === id) return
    this.discard()
    try {
      this.#held = { id, producer: await transactions.open(id) }
    } catch (error) {
      health.report('transactions', { ready: false, reason: describeError(error) })
      throw error
    }
    health.report('transactions', { ready: true })
  }

  /** After any doubt: a spent producer is never used again, not even to abort. */
  discard(): void {
    this.#held?.producer.discard()
    this.#held = null
  }

  #idOf(partition: number): string {
    return `${this.#options.group}-${this.#options.topic}-${partition}`
  }

  /** For progress only: what a dead process left open in partitions that are new here would hold back their offsets. */
  #settleOthers(session: GroupSession, own: number): void {
    const before = this.#settledFor
    if (before === session) return
    this.#settledFor = session
    const isKept = (p: number) =>
      before?.generationId === session.generationId - 1 && before.partitions.has(p)
    const { transactions, log } = this.#options
    for (const partition of session.partitions) {
      if (partition === own || isKept(partition)) continue
      transactions.settle(this.#idOf(partition)).catch(err => {
        log.warn(
          { event: 'transaction_not_settled', partition, err },
          'A transaction that a predecessor may have left open ends by its own time-out only',
        )
      })
    }
  }
}
