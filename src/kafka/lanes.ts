import type { Parcel } from './parcels.ts'

/** A parcel on its way. */
export interface Shipment extends Parcel {
  /** Told once how it ended; after an error it may be stored or not. */
  readonly settle: (error: Error | null) => void
}

/** What waits for one partition, in order. */
export interface Lane {
  readonly partition: number
  readonly shipments: Set<Shipment>
  isServed: boolean
  /** Its last call was in doubt: until one succeeds it shares none, so as not to hold up others once more. */
  isDoubted?: boolean
}

/** A produce call, to the broker that led its first lane when it began. */
interface Call {
  readonly leader: number | undefined
  /** That has hardly had time to answer. */
  isYoung: boolean
  readonly timer: NodeJS.Timeout
}

/**
 * Hands waiting lanes to workers, the longest waiting first, and a lane to one worker only: a partition never
 * has two calls in flight, so a failed one cannot be overtaken, nor its sequence numbers be used for others.
 * What comes for a broker in the first `patienceMs` of a call to it gathers: one call for all of it is cheaper for
 * both sides. A broker that takes longer is called once more, since partitions are not to wait for each other for
 * long, but not by the last idle worker: that is for the other brokers. Lanes in doubt are not counted.
 */
export class Lanes {
  /** The broker that leads each partition, as it was last seen: who is wrong about it shares a call in vain. */
  leaders: readonly number[] = []
  readonly #patienceMs: number
  readonly #lanes = new Map<number, Lane>()
  readonly #waiting = new Set<Lane>()
  /** By the first lane of each. */
  readonly #calls = new Map<Lane, Call>()
  readonly #idleWorkers: ((lane: Lane | null) => void)[] = []
  #isClosed = false

  constructor(patienceMs = 20) {
    this.#patienceMs = patienceMs
  }

  add(shipment: Shipment): void {
    const { partition } = shipment
    const lane = this.#lanes.get(partition) ?? { partition, shipments: new Set(), isServed: false }
    this.#lanes.set(partition, lane)
    lane.shipments.add(shipment)
    if (lane.isServed) return
    this.#waiting.add(lane)
    this.#dispatch()
  }

  /** Takes back what is still waiting. */
  remove(shipment: Shipment): void {
    this.#lanes.get(shipment.partition)?.shipments.delete(shipment)
  }

  /** A lane for the worker that asks, once one waits, until it gives it back by `done`. Null: closed. */
  next(): Promise<Lane | null> {
    if (this.#isClosed && this.#waiting.size === 0) return Promise.resolve(null)
    return new Promise(resolve => {
      this.#idleWorkers.push(resolve)
      this.#dispatch()
    })
  }

  /** The other lanes that wait for the same broker, as many as `maxBytes` let into the same call. */
  companions(lane: Lane, maxBytes: number): Lane[] {
    const found: Lane[] = []
    if (lane.isDoubted) return found
    let bytes = 0
    for (const other of this.#waiting) {
      if (other.isDoubted || this.#leaderOf(other) !== this.#leaderOf(lane)) continue
      for (const shipment of other.shipments) bytes += shipment.bytes
      if (bytes > maxBytes) break
      this.#serve(other)
      found.push(other)
    }
    return found
  }

  done(lane: Lane): void {
    lane.isServed = false
    clearTimeout(this.#calls.get(lane)?.timer)
    this.#calls.delete(lane)
    if (lane.shipments.size > 0) this.#waiting.add(lane)
    this.#dispatch()
  }

  /** Lets the workers go. Nothing may wait any more. */
  close(): void {
    this.#isClosed = true
    for (const resolve of this.#idleWorkers.splice(0)) resolve(null)
  }

  #dispatch(): void {
    if (this.#idleWorkers.length === 0) return
    for (const lane of this.#waiting) {
      if (!this.#mayGo(lane)) continue
      this.#serve(lane)
      if (!lane.isDoubted) this.#rememberCall(lane)
      this.#idleWorkers.pop()?.(lane)
      if (this.#idleWorkers.length === 0) return
    }
  }

  #mayGo(lane: Lane): boolean {
    if (lane.isDoubted) return true
    const isLastWorker = this.#idleWorkers.length === 1
    for (const { leader, isYoung } of this.#calls.values()) {
      if (leader === this.#leaderOf(lane) && (isYoung || isLastWorker)) return false
    }
    return true
  }

  #rememberCall(lane: Lane): void {
    const timer = setTimeout(() => {
      call.isYoung = false
      this.#dispatch()
    }, this.#patienceMs).unref()
    const call: Call = { leader: this.#leaderOf(lane), isYoung: true, timer }
    this.#calls.set(lane, call)
  }

  #serve(lane: Lane): void {
    this.#waiting.delete(lane)
    lane.isServed = true
  }

  #leaderOf(lane: Lane): number | undefined {
    return this.leaders[lane.partition]
  }
}

/** Takes off the lane what goes into one batch of `maxBytes`: at least one shipment, if there is any. */
export function takeBatch(lane: Lane, maxBytes: number): Shipment[] {
  const batch: Shipment[] = []
  let bytes = 0
  for (const shipment of lane.shipments) {
    bytes += shipment.bytes
    if (batch.length > 0 && bytes > maxBytes) break
    batch.push(shipment)
    lane.shipments.delete(shipment)
  }
  return batch
}
