/** Where something stands in a chunk, together with others. */
export interface Taken {
  readonly chunk: Chunk
  readonly start: number
  readonly end: number
}

/**
 * An allocation in which several things stand. Once all of them were given back it is written anew: left to the garbage
 * collector alone, V8 would look through all objects each time that 64 MB of such memory were allocated.
 */
export class Chunk {
  readonly bytes: Buffer
  #held = 0
  #free: ((bytes: Buffer) => void) | null = null

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** One more thing stands here. */
  taken(): void {
    this.#held++
  }

  /** Nobody looks at one of the things any more. Where this is not said of all, the collector takes care of them. */
  givenBack(): void {
    this.#held--
    this.#freeIfDone()
  }

  /** Nothing more is written here. `free` takes the memory, once nothing stands in it. */
  close(free: (bytes: Buffer) => void): void {
    this.#free = free
    this.#freeIfDone()
  }

  #freeIfDone(): void {
    if (this.#held > 0) return
    this.#free?.(this.bytes)
    this.#free = null
  }
}
