import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { backOff } from '../back-off.ts'
import {
  type Delivery,
  type DeliveryResult,
  type GroupSession,
  type TransactionalProducer,
  TransactionError,
} from '../ports.ts'
import { encodeLedger } from './ledger.ts'
import { advanced, NoStartError, type Position, Positions, type PositionsOptions } from './positions.ts'
import { ProducerHolder, type ProducerHolderOptions } from './producer-holder.ts'
import { type Translated, type TranslationOptions, translateRound } from './round.ts'
import { countTally, type Tally } from './tally.ts'
import { countTransaction } from './transaction-metrics.ts'

/*
 * Kafka Streams' EOS v2 on kafkajs (KIP-447): one transactional producer a process, one transaction over
 * whatever waits in all its partitions, and offsets that the group's coordinator takes only from the member and
 * generation under which the records were fetched. Where a partition begins is read only after the join and
 * after the producer's predecessor was settled, and only when no open transaction can change it any more.
 * Both halves are needed: each closes a way in which a process that was paused would write twice.
 */

export type ProcessorOptions = PositionsOptions & ProducerHolderOptions & TranslationOptions

interface Waiting {
  readonly delivery: Delivery
  readonly end: (result: DeliveryResult) => void
}

const AGAIN: DeliveryResult = { again: true }
/** Between looks at what nobody will wake the loop for: an unstable offset, a producer to be made anew. */
const PAUSE_MS = 50

export class Processor {
  readonly #options: ProcessorOptions
  readonly #holder: ProducerHolder
  readonly #stop = new AbortController()
  #waiting: Waiting[] = []
  /** By partition, the timestamp of the first record that was delivered and has not ended. */
  readonly #inHand = new Map<number, number>()
  #wake: () => void = () => {}
  #session: GroupSession | null = null
  #attempt = 0
  /** By partition, what a transaction in doubt would have committed: counted if the offset read later says so. */
  #inDoubt = new Map<number, Tally & { readonly nextOffset: number }>()
  positions: Positions

  constructor(options: ProcessorOptions) {
    this.#options = options
    this.#holder = new ProducerHolder(options)
    this.positions = new Positions(options)
  }

  /** Takes what was fetched of one partition; resolves when it is committed or let go. */
  deliver(delivery: Delivery): Promise<DeliveryResult> {
    const { metrics, topic } = this.#options
    metrics.count('records_consumed_total', { topic }, delivery.records.length)
    // Behind the loop's end nobody would answer, and the consumer could not be stopped.
    if (this.#stop.signal.aborted) return Promise.resolve(AGAIN)
    const { partition, records } = delivery
    if (records[0]) this.#inHand.set(partition, records[0].timestamp)
    return new Promise<DeliveryResult>(end => {
      this.#waiting.push({ delivery, end })
      this.#wake()
    }).finally(() => this.#inHand.delete(partition))
  }

  /** The oldest timestamp in hand of a partition, for its lag in seconds. */
  waitingSince(partition: number): number | undefined {
    return this.#inHand.get(partition)
  }

  /** Ends `run` after the round in hand, and lets go of everything else. */
  stop(): void {
    this.#stop.abort()
    this.#wake()
  }

  /** Works until stopped. Throws what only a person or a restart can mend. */
  async run(): Promise<void> {
    const { source } = this.#options
    const stopped = this.#stop.signal
    while (!stopped.aborted) {
      const session = source.session()
      if (session !== this.#session) this.#begin(session)
      if (session && !(await this.#prepare(session))) this.#letGo(this.#waiting.splice(0))
      else if (this.#waiting.length === 0) await this.#idle()
      else {
        await nextTurn() // what the same fetch brought of other partitions joins the round
        const items = this.#waiting.splice(0)
        if (session && session === source.session()) await this.#round(session, items)
        else this.#letGo(items)
      }
    }
    this.#letGo(this.#waiting.splice(0))
    this.#holder.discard()
  }

  /** Has a producer, and then the positions of the session's partitions, in this order. False: not yet. */
  async #prepare(session: GroupSession): Promise<boolean> {
    try {
      await this.#holder.ensure(session)
      if (!this.positions.isComplete(session)) {
        await this.positions.load(session, Date.now())
        this.#settleDoubts()
      }
      this.#attempt = 0
      return true
    } catch (err) {
      if (err instanceof NoStartError) throw err
      const attempt = this.#attempt++
      this.#options.log.warn(
        { event: 'not_prepared', attempt, err },
        'No transactional producer, or no committed offsets, could be had; trying again',
      )
      await backOff(attempt, this.#stop.signal)
      return false
    }
  }

  #begin(session: GroupSession | null): void {
    this.#session = session
    this.positions = new Positions(this.#options)
    for (const p of this.#inDoubt.keys()) if (!session?.partitions.has(p)) this.#inDoubt.delete(p)
    if (session)
      this.#options.log.info(
        {
          event: 'partitions_assigned',
          generation: session.generationId,
          partitions: [...session.partitions],
        },
        `${session.partitions.size} partitions are assigned`,
      )
  }

  async #idle(): Promise<void> {
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    // A session may change without a delivery; then the producer, too, has to follow.
    await Promise.race([woken, sleep(PAUSE_MS)])
  }

  async #round(session: GroupSession, items: readonly Waiting[]): Promise<void> {
    const fit = items.filter(item => this.#fits(session, item))
    if (fit.length === 0) {
      await sleep(PAUSE_MS)
      return
    }
    const translated = await translateRound(
      fit.map(({ delivery }) => delivery),
      this.#options,
      this.#stop.signal,
    )
    if (translated) await this.#commit(session, fit, translated)
    else this.#letGo(fit)
  }

  /** Whether a delivery goes on exactly where its partition stands; if not, it is let go. */
  #fits(session: GroupSession, item: Waiting): boolean {
    const { partition, fetchedOffset, session: fetchedUnder } = item.delivery
    const position = this.positions.get(partition)
    const isOurs = fetchedUnder === session && session.partitions.has(partition)
    if (isOurs && position && position.next === fetchedOffset) return true
    if (isOurs && position) this.#options.source.seek(partition, position.next)
    item.end(AGAIN)
    return false
  }

  async #commit(session: GroupSession, items: readonly Waiting[], all: readonly Translated[]): Promise<void> {
    const { metrics, log } = this.#options
    const parts = all.filter(part => part.records.length > 0)
    const next = new Map(parts.map(part => [part.delivery.partition, advanced(this.positions, part)]))
    const outcomes = parts.flatMap(part => part.outcomes)
    const transaction = countTransaction(metrics, performance.now())
    try {
      const records = outcomes.flatMap(outcome => ('record' in outcome ? [outcome.record] : []))
      const offsets = new Map([...next].map(([p, position]) => [p, committedOffset(position)]))
      if (next.size > 0) await this.#producer().commit({ session, records, offsets })
    } catch (err) {
      const reason = err instanceof TransactionError ? err.reason : 'internal'
      transaction.failed(reason)
      log.warn(
        { event: 'transaction_failed', reason, generation: session.generationId, err },
        abortText(reason),
      )
      this.#doubt(parts)
      const lost = reason === 'rebalance' && err instanceof Error ? (err.cause as Error) : null
      for (const { end } of items) end(lost ? { rejoin: lost } : AGAIN)
      if (!lost) await backOff(1, this.#stop.signal)
      return
    }
    const committedAt = Date.now()
    if (next.size > 0) transaction.committed(outcomes.length, committedAt)
    for (const [partition, position] of next) this.positions.set(partition, position)
    for (const part of parts) countTally(metrics, part, committedAt)
    for (const { delivery, end } of items) {
      const position = next.get(delivery.partition)
      end(position ? { committedTo: position.next } : AGAIN)
    }
    // Records within their user's grace: not at once again.
    if (parts.length < all.length) await sleep(PAUSE_MS)
  }

  /** Never a commit without one: that would be a loss. */
  #producer(): TransactionalProducer {
    const { producer } = this.#holder
    if (!producer) throw new Error('There is no transactional producer')
    return producer
  }

  /** The transaction may have taken place: a new producer settles it, and the offsets read then tell. */
  #doubt(parts: readonly Translated[]): void {
    for (const part of parts) this.#inDoubt.set(part.delivery.partition, part)
    this.#holder.discard()
    this.positions.forget()
  }

  #settleDoubts(): void {
    for (const [partition, tally] of this.#inDoubt) {
      const position = this.positions.get(partition)
      if (!position) continue // its offset is not stable yet
      if (position.next === tally.nextOffset) countTally(this.#options.metrics, tally, Date.now())
      this.#inDoubt.delete(partition)
    }
  }

  #letGo(items: readonly Waiting[]): void {
    for (const { end } of items) end(AGAIN)
  }
}

const committedOffset = ({ next, ledger }: Position) => ({ offset: next, metadata: encodeLedger(ledger) })

const abortText = (reason: string) =>
  reason === 'fenced'
    ? 'Another process has taken over: this transaction is void, and its records are processed there'
    : 'The transaction failed or is in doubt; it is settled by a new producer, and the records are tried again'
