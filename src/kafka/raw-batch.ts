import type { Batch, EachBatchPayload } from 'kafkajs'
import type { Delivery, DeliveryResult, GroupSession } from '../ports.ts'
import { recordsOf } from './fetching.ts'
import { FetchedMessage } from './patch/record-batch.ts'

/** kafkajs sends heartbeats only when asked to. */
export const HEARTBEAT_MS = 1_000

const NOTHING: Promise<DeliveryResult> = Promise.resolve({ committedTo: 0 })

export interface RawBatchesOptions {
  /** Takes what was fetched of one partition; resolves when it is committed or let go. */
  readonly deliver: (delivery: Delivery) => Promise<DeliveryResult>
  /** Has kafkajs fetch from an offset next, unless the session is over. */
  readonly goBack: (session: GroupSession, partition: number, offset: number) => void
}

/**
 * Delivers kafkajs's batches as fetched in a session, and keeps the membership alive until they are dealt with.
 * kafkajs fetches nothing until it is told that all it has fetched is done. While a partition has a backlog it is told
 * so too early, so that it fetches what comes next while a delivery is translated, and the one before it is committed.
 * What is not committed after all, it is made to fetch again.
 */
export class RawBatches {
  readonly #options: RawBatchesOptions
  /** By partition, of the delivery that kafkajs was told is done while it is in hand: how it ends. One, since two are not faster. */
  readonly #early = new Map<number, Promise<DeliveryResult>>()
  #session: GroupSession | null = null
  #questioned = new AbortController()

  constructor(options: RawBatchesOptions) {
    this.#options = options
  }

  /** Throws only what kafkajs has to know: it is what makes it join the group again. */
  async handle(
    { batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload,
    session: GroupSession | null,
  ): Promise<void> {
    const { partition } = batch
    if (!session || !isRunning() || isStale() || !session.partitions.has(partition)) return
    if (session !== this.#session) this.#early.clear()
    this.#session = session
    const before = this.#early.get(partition) ?? NOTHING
    const delivery = deliveryOf(batch, session, this.#questioned.signal)
    const result = this.#options.deliver(delivery).then(ended => {
      const isDone = 'committedTo' in ended && ended.committedTo === delivery.nextOffset
      if (isDone) FetchedMessage.giveBack(batch.messages)
      return ended
    })
    if (delivery.nextOffset < delivery.highWatermark) {
      this.#watch(delivery, result)
      const ended = await this.#keepingMembership(heartbeat, before)
      if ('committedTo' in ended) resolveOffset(batch.lastOffset())
    } else {
      const both = before.then(first => ('rejoin' in first ? first : result))
      const ended = await this.#keepingMembership(heartbeat, both)
      if ('committedTo' in ended) resolveOffset(String(ended.committedTo - 1))
      else if ('again' in ended && ended.from !== undefined)
        this.#options.goBack(session, partition, ended.from)
    }
    await heartbeat()
  }

  /** Of a delivery that kafkajs takes for done. */
  #watch({ session, partition, fetchedOffset, nextOffset }: Delivery, result: Promise<DeliveryResult>): void {
    const ending = result.then(ended => {
      if (this.#early.get(partition) === ending) this.#early.delete(partition)
      const from = 'committedTo' in ended ? ended.committedTo : 'again' in ended ? ended.from : nextOffset
      if (from !== nextOffset) this.#options.goBack(session, partition, from ?? fetchedOffset)
      return ended
    })
    this.#early.set(partition, ending)
  }

  async #keepingMembership(
    heartbeat: () => Promise<void>,
    work: Promise<DeliveryResult>,
  ): Promise<DeliveryResult> {
    let heartbeatError: unknown
    const beating = setInterval(() => {
      heartbeat().catch(error => {
        heartbeatError ??= error
        this.#questioned.abort()
        this.#questioned = new AbortController()
      })
    }, HEARTBEAT_MS)
    const ended = await work.finally(() => clearInterval(beating))
    if ('rejoin' in ended) throw ended.rejoin
    if (heartbeatError !== undefined) throw heartbeatError
    return ended
  }
}

function deliveryOf(batch: Batch, session: GroupSession, signal: AbortSignal): Delivery {
  const { topic, partition, messages, highWatermark } = batch
  // At run time a batch says where its fetch began; kafkajs's types do not.
  const { fetchedOffset } = batch as Batch & { fetchedOffset: string }
  return {
    session,
    partition,
    fetchedOffset: Number(fetchedOffset),
    nextOffset: Number(batch.lastOffset()) + 1,
    highWatermark: Number(highWatermark),
    records: recordsOf(topic, partition, messages),
    signal,
  }
}
