import type { GroupSession } from '../ports.ts'
import type { Positions } from './positions.ts'
import type { Translated } from './translate-deliveries.ts'

/**
 * By partition, what transactions of unknown end would have committed. It is counted once the offset that is
 * read later shows that its transaction did take place.
 */
export class Doubts {
  readonly #doubts = new Map<number, Translated>()

  add(parts: readonly Translated[]): void {
    for (const part of parts) this.#doubts.set(part.delivery.partition, part)
  }

  /** Keeps what nobody else can have committed: partitions that stayed here from one generation to the next. */
  keep(before: GroupSession | null, now: GroupSession | null): void {
    const isNext = before && now && now.generationId === before.generationId + 1
    for (const p of this.#doubts.keys()) if (!isNext || !now.partitions.has(p)) this.#doubts.delete(p)
  }

  /** Tells what is committed, and forgets what is not. What has no position yet stays in doubt. */
  resolve(positions: Positions, onCommitted: (part: Translated) => void): void {
    for (const [partition, part] of this.#doubts) {
      const position = positions.get(partition)
      if (!position) continue
      if (position.next === part.nextOffset) onCommitted(part)
      this.#doubts.delete(partition)
    }
  }
}
