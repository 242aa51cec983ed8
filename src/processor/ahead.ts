import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Delivery } from '../ports.ts'
import { type Translated, type TranslationOptions, translateOnce } from './translate-deliveries.ts'

/**
 * What is translated before its round begins: while Kafka commits a round, this process would have nothing to do. It
 * costs nothing where the round fails: what was translated depends on records and users only.
 */
export class Ahead {
  readonly #options: TranslationOptions
  #wake: () => void = () => {}
  readonly #translated = new WeakMap<Delivery, Translated>()

  constructor(options: TranslationOptions) {
    this.#options = options
  }

  has(delivery: Delivery): boolean {
    return this.#translated.has(delivery)
  }

  get(delivery: Delivery): Translated | undefined {
    return this.#translated.get(delivery)
  }

  /** Something waits that did not before. */
  notify(): void {
    this.#wake()
  }

  /**
   * Translates what waits, or comes to wait, one delivery after another, until `work` has ended, which goes on in
   * between. A delivery whose users cannot be had is left to its round, which knows how to wait for them.
   */
  async during(work: Promise<unknown>, waiting: () => readonly Delivery[]): Promise<void> {
    let hasEnded = false
    const end = () => {
      hasEnded = true
      this.#wake()
    }
    work.then(end, end)
    for (let at = 0; !hasEnded; ) {
      const delivery = waiting()[at]
      if (delivery === undefined) {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
        continue
      }
      at++
      if (this.has(delivery)) continue
      const translated = await translateOnce([delivery], this.#options).catch(() => [])
      for (const one of translated) this.#translated.set(delivery, one)
      await nextTurn()
    }
  }
}
