import type { GroupSession, TransactionalProducer, Transactions } from '../ports.ts'

export interface ProducerHolderOptions {
  readonly transactions: Transactions
  readonly group: string
  readonly topic: string
}

/**
 * The process's one transactional producer. Its id is made of the lowest partition that is assigned, so that
 * whoever takes over a partition settles at once what its predecessor left open, without a time-out.
 */
export class ProducerHolder {
  readonly #options: ProducerHolderOptions
  #held: { readonly id: string; readonly producer: TransactionalProducer } | null = null
  #session: GroupSession | null = null
  /** Ids whose last transaction is in doubt. */
  readonly #doubtful = new Set<string>()
  #settling = new AbortController()

  constructor(options: ProducerHolderOptions) {
    this.#options = options
  }

  /** A producer for the session, if it has partitions. A new one, even of the same id, has settled what was in doubt. */
  async ensure(session: GroupSession): Promise<TransactionalProducer | null> {
    if (session.partitions.size === 0) {
      this.#drop()
      return null
    }
    const own = Math.min(...session.partitions)
    const id = this.#idOf(own)
    this.#settleOthers(session, id)
    if (this.#held?.id === id && this.#held.producer.isUsable()) return this.#held.producer
    this.#drop()
    this.#held = { id, producer: await this.#options.transactions.open(id) }
    this.#doubtful.delete(id)
    return this.#held.producer
  }

  /** After any doubt: a spent producer is never used again, not even to abort. */
  discard(): void {
    if (this.#held) this.#doubtful.add(this.#held.id)
    this.#drop()
  }

  close(): void {
    this.#drop()
    this.#settling.abort()
  }

  #drop(): void {
    this.#held?.producer.discard()
    this.#held = null
  }

  #idOf(partition: number): string {
    return `${this.#options.group}-${this.#options.topic}-${partition}`
  }

  /**
   * For progress only: what a dead process left open on partitions that are new here, or this process under the id
   * that it had before, holds back their offsets.
   */
  #settleOthers(session: GroupSession, own: string): void {
    const before = this.#session
    if (before === session) return
    this.#session = session
    this.#settling.abort()
    this.#settling = new AbortController()
    const isKept = (p: number) =>
      before?.generationId === session.generationId - 1 && before.partitions.has(p)
    const others = [...session.partitions].filter(p => !isKept(p)).map(p => this.#idOf(p))
    const ids = new Set([...others, ...this.#doubtful])
    ids.delete(own)
    this.#doubtful.clear()
    if (ids.size > 0) void this.#options.transactions.settle([...ids], this.#settling.signal)
  }
}
