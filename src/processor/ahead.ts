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
  readonly #begun = new WeakMap<Delivery, Promise<Translated | undefined>>()

  constructor(options: TranslationOptions) {
    this.#options = options
  }

  /** Undefined where it was not begun, or where its users could not be had: its round knows how to wait for them. */
  async get(delivery: Delivery): Promise<Translated | undefined> {
    return this.#begun.get(delivery)
  }

  /** Something waits that did not before. */
  notify(): void {
    this.#wake()
  }

  /**
   * Begins to translate what waits, or comes to wait, one delivery after another, until `work` has ended, which goes on in
   * between. None waits for the users of the one before it.
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
      if (this.#begun.has(delivery)) continue
      this.#begun.set(delivery, this.#translate(delivery))
      await nextTurn()
    }
  }

  async #translate(delivery: Delivery): Promise<Translated | undefined> {
    const [translated] = await translateOnce([delivery], this.#options).catch(() => [])
    return translated
  }
}
