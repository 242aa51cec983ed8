/*
 * The memory of large answers, which are fetches: used again once all that they brought was given back. Left to the
 * garbage collector alone, dozens of megabytes wait for it, and V8 looks through all objects for each 64 MB of them.
 */

const LEAST_BYTES = 1 << 20
const MOST_FREE = 3

const free: Buffer<ArrayBuffer>[] = []
const answers = new WeakMap<ArrayBufferLike, Answer>()

/** An answer that is looked at. */
class Answer {
  readonly #memory: Buffer<ArrayBuffer>
  #held = 0

  constructor(memory: Buffer<ArrayBuffer>) {
    this.#memory = memory
  }

  /** Somebody will look at a part of it. All parts are held before one is given back. */
  hold(): void {
    this.#held++
  }

  /** Nobody looks at that part any more. Where this is not said of all, the collector takes care of the answer. */
  giveBack(): void {
    this.#held--
    if (this.#held === 0 && free.length < MOST_FREE) free.push(this.#memory)
  }
}

/** Memory for an answer of so many bytes. */
export function memoryForAnswer(bytes: number): Buffer<ArrayBuffer> {
  if (bytes < LEAST_BYTES) return Buffer.allocUnsafe(bytes)
  const at = free.findIndex(({ length }) => length >= bytes)
  const [memory = Buffer.allocUnsafeSlow(roundedUp(bytes))] = at < 0 ? [] : free.splice(at, 1)
  answers.set(memory.buffer, new Answer(memory))
  return memory.subarray(0, bytes)
}

/** The large answer that these bytes stand in, if there is one. */
export const answerOf = (bytes: Buffer): Answer | undefined => answers.get(bytes.buffer)

const roundedUp = (bytes: number) => Math.ceil(bytes / LEAST_BYTES) * LEAST_BYTES
