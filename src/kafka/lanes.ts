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
}

/**
 * Hands waiting lanes to workers, the longest waiting first, and a lane to one worker only: a partition never
 * has two calls in flight, so a failed one cannot be overtaken, nor its sequence numbers be used for others.
 */
export class Lanes {
  readonly #lanes = new Map<number, Lane>()
  readonly #waiting = new Set<Lane>()
  readonly #idleWorkers: ((lane: Lane | null) => void)[] = []
  #isClosed = false

  add(shipment: Shipment): void {
    const { partition } = shipment
    const lane = this.#lanes.get(partition) ?? { partition, shipments: new Set(), isServed: false }
    this.#lanes.set(partition, lane)
    lane.shipments.add(shipment)
    if (!lane.isServed) this.#offer(lane)
  }

  /** Takes back what is still waiting. */
  remove(shipment: Shipment): void {
    this.#lanes.get(shipment.partition)?.shipments.delete(shipment)
  }

  /** A lane for the worker that asks, once one waits, until it gives it back by `done`. Null: closed. */
  next(): Promise<Lane | null> {
    const [lane] = this.#waiting
    if (lane === undefined) {
      return this.#isClosed ? Promise.resolve(null) : new Promise(resolve => this.#idleWorkers.push(resolve))
    }
    this.#waiting.delete(lane)
    lane.isServed = true
    return Promise.resolve(lane)
  }

  done(lane: Lane): void {
    lane.isServed = false
    if (lane.shipments.size > 0) this.#offer(lane)
  }

  /** Lets the workers go. Nothing may wait any more. */
  close(): void {
    this.#isClosed = true
    for (const resolve of this.#idleWorkers.splice(0)) resolve(null)
  }

  #offer(lane: Lane): void {
    const worker = this.#idleWorkers.pop()
    if (worker === undefined) {
      this.#waiting.add(lane)
      return
    }
    lane.isServed = true
    worker(lane)
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
