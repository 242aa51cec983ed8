import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Delivery, DeliveryResult, GroupSession, TransactionalProducer } from '../ports.ts'
import { TransactionError } from '../ports.ts'
import { Ahead } from './ahead.ts'
import { Breaker, type BreakerOptions } from './breaker.ts'
import { Doubts } from './doubts.ts'
import { Failures, type FailuresOptions } from './failures.ts'
import { Lag } from './lag.ts'
import { type Plan, planRound } from './plan.ts'
import { NoStartError, Positions, type PositionsOptions } from './positions.ts'
import { ProducerHolder, type ProducerHolderOptions } from './producer-holder.ts'
import { type RestOptions, rest } from './rest.ts'
import { translateRound } from './round.ts'
import { countTally } from './tally.ts'
import { logTally } from './tally-log.ts'
import { countSession, countTransaction } from './transaction-metrics.ts'
import type { Translated, TranslationOptions } from './translate-deliveries.ts'

/*
 * Kafka Streams' EOS v2 on kafkajs (KIP-447): one transactional producer a process, one transaction over
 * whatever waits in all its partitions, and offsets that the group's coordinator takes only from the member and
 * generation under which the records were fetched. Where a partition begins is read only after the join and
 * after the producer's predecessor was settled, and only when no open transaction can change it any more.
 * Both halves are needed: each closes a way in which a process that was paused would write twice.
 */

export type ProcessorOptions = PositionsOptions &
  ProducerHolderOptions &
  TranslationOptions &
  FailuresOptions &
  BreakerOptions &
  RestOptions

interface Waiting {
  readonly delivery: Delivery
  readonly end: (result: DeliveryResult) => void
}

const AGAIN: DeliveryResult = { again: true }
/** Between looks at what nobody wakes the loop for: a new session, an offset that was unstable. */
const PAUSE_MS = 50

export class Processor {
  readonly #options: ProcessorOptions
  readonly #holder: ProducerHolder
  readonly #failures: Failures
  readonly #doubts = new Doubts()
  readonly #breaker: Breaker
  readonly #ahead: Ahead
  readonly positions: Positions
  readonly lag = new Lag()
  /** Partitions whose records wait for the user directory, or for the circuit breaker. */
  held = 0
  #waiting: Waiting[] = []
  #wake: () => void = () => {}
  #session: GroupSession | null = null
  #producer: TransactionalProducer | null = null
  /** The group's coordinator has said that the session is history. */
  #isOver = false
  #hasEnded = false

  constructor(options: ProcessorOptions) {
    this.#options = options
    this.#holder = new ProducerHolder(options)
    this.#failures = new Failures(options)
    this.#breaker = new Breaker(options)
    this.#ahead = new Ahead(options)
    this.positions = new Positions(options)
  }

  /** Takes what was fetched of one partition; resolves when it is committed or let go. */
  deliver(delivery: Delivery): Promise<DeliveryResult> {
    if (this.#hasEnded) return Promise.resolve(AGAIN)
    const { metrics, topic } = this.#options
    metrics.count('records_consumed_total', { topic }, delivery.records.length)
    this.lag.fetched(delivery)
    return new Promise(end => {
      this.#waiting.push({ delivery, end })
      this.#wake()
      this.#ahead.notify()
    })
  }

  /**
   * Works until told to stop; then the round in hand is ended, and everything else let go. Throws what only a
   * person or a restart can mend.
   */
  async run(): Promise<void> {
    try {
      while (!this.#options.stop.aborted) {
        const session = this.#options.source.session()
        if (session !== this.#session) this.#begin(session)
        const producer = session && !this.#isOver ? await this.#prepare(session) : null
        if (session && producer && this.#waiting.length > 0) await this.#round(session, producer)
        else await this.#idle()
      }
    } finally {
      this.#hasEnded = true
      letGo(this.#waiting.splice(0))
      this.#holder.close()
    }
  }

  #begin(session: GroupSession | null): void {
    const { metrics, log } = this.#options
    this.positions.reset()
    this.#breaker.letGo()
    this.#doubts.keep(this.#session, session)
    this.lag.keep(session?.partitions ?? new Set())
    countSession(metrics, this.#session, session)
    this.#session = session
    this.#isOver = false
    const partitions = [...(session?.partitions ?? [])]
    log.info(
      { event: 'session_changed', generation: session?.generationId, partitions },
      session ? `The group gave this process ${partitions.length} partitions` : 'The membership is lost',
    )
  }

  /** Has a producer, and then the positions of the session's partitions, in this order. Null: has no use for one, or not yet. */
  async #prepare(session: GroupSession): Promise<TransactionalProducer | null> {
    try {
      const producer = await this.#holder.ensure(session)
      // Only after it had settled what was before does it hold where the partitions stand.
      if (producer !== this.#producer) this.positions.forget()
      this.#producer = producer
      if (this.positions.isDue(session, Date.now())) {
        await this.positions.load(session, Date.now())
        this.#doubts.resolve(this.positions, part => this.#tell(part))
      }
      this.#failures.prepared()
      return producer
    } catch (err) {
      if (err instanceof NoStartError) throw err
      await this.#failures.ofPreparing(err)
      return null
    }
  }

  async #idle(): Promise<void> {
    letGo(this.#waiting.splice(0))
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    const timer = setTimeout(this.#wake, PAUSE_MS)
    await woken
    clearTimeout(timer)
  }

  async #round(session: GroupSession, producer: TransactionalProducer): Promise<void> {
    await nextTurn() // what the same fetch brought of other partitions joins the round
    const items = this.#take(session)
    if (items.length === 0) return
    const startedAt = performance.now()
    const deliveries = items.map(({ delivery }) => delivery)
    const plan = await this.#plan(deliveries)
    this.held = 0
    if (!plan) return letGo(items)
    if (plan.parts.length > 0) {
      const transaction = countTransaction(this.#options.metrics)
      try {
        const committing = producer.commit({ session, records: plan.records, offsets: plan.offsets })
        await this.#ahead.during(committing, () => this.#waiting.map(({ delivery }) => delivery))
        await committing
      } catch (err) {
        const error = err instanceof TransactionError ? err : new TransactionError('internal', err as Error)
        transaction.failed(error.reason)
        return this.#doubt(items, plan, error)
      }
      transaction.committed(plan)
      this.#committed(plan)
      await rest(startedAt, deliveries, this.#options)
    }
    for (const { delivery, end } of items) {
      const position = plan.next.get(delivery.partition)
      end(position ? { committedTo: position.next } : AGAIN)
    }
    // Records within their user's grace are fetched again, but not at once.
    if (plan.parts.length < items.length) await sleep(PAUSE_MS)
  }

  /** What a round will make true, once the user directory answers and the breaker lets it. Null: let go of it. */
  async #plan(deliveries: readonly Delivery[]): Promise<Plan | null> {
    const { stop, log } = this.#options
    const hold = () => {
      this.held = deliveries.length
    }
    for (;;) {
      const translated = await translateRound(deliveries, this.#options, this.#ahead, hold)
      if (!translated) return null
      const plan = planRound(translated, this.positions, log)
      if (this.#breaker.lets(plan.parts)) return plan
      hold()
      await this.#breaker.pause(stop, ...deliveries.map(({ signal }) => signal))
    }
  }

  /**
   * What waits and goes on exactly where its partition stands, one delivery a partition. What follows on one of these
   * waits for the next round; the rest is let go.
   */
  #take(session: GroupSession): Waiting[] {
    const taken = new Map<number, Waiting>()
    const isCurrent = session === this.#options.source.session()
    for (const item of this.#waiting.splice(0)) {
      const { partition, fetchedOffset, session: fetchedUnder } = item.delivery
      const next = isCurrent && fetchedUnder === session ? this.positions.get(partition)?.next : undefined
      const before = taken.get(partition)
      if (before && before.delivery.nextOffset === fetchedOffset) this.#waiting.push(item)
      else if (!before && next === fetchedOffset) taken.set(partition, item)
      else item.end(next === undefined || next === fetchedOffset ? AGAIN : { again: true, from: next })
    }
    return [...taken.values()]
  }

  #committed({ parts, next }: Plan): void {
    this.#failures.committed()
    for (const [partition, position] of next) this.positions.advance(partition, position)
    this.#breaker.committed()
    for (const part of parts) {
      this.lag.committed(part)
      this.#tell(part)
    }
  }

  /** Only what is known to be committed is counted and logged. */
  #tell(part: Translated): void {
    countTally(this.#options.metrics, part, Date.now())
    logTally(this.#options.log, part)
  }

  /** The transaction may have taken place: a new producer settles it, and the offsets read then tell. */
  async #doubt(items: readonly Waiting[], { parts }: Plan, error: TransactionError): Promise<void> {
    this.#doubts.add(parts)
    this.#holder.discard()
    this.positions.forget()
    this.#isOver = error.reason === 'rebalance'
    const result = this.#isOver ? { rejoin: error.cause as Error } : AGAIN
    for (const { end } of items) end(result)
    await this.#failures.ofTransaction(error.reason, error)
  }
}

function letGo(items: readonly Waiting[]): void {
  for (const { end } of items) end(AGAIN)
}
