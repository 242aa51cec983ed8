import { memoryForAnswer } from './answer-memory.ts'

export const SIZE_BYTES = 4
/** What Kafka answers is far smaller; what is no Kafka, such as an HTTP server, seems to announce more. */
const MOST_BYTES = 256 * 1024 * 1024

/** Gathers what a broker sends, in whatever pieces, into its answers; each byte is copied once, to where it stays. */
export class AnswerFrames {
  readonly #tell: (frame: Buffer) => void
  /** Being filled: an answer's size, or the answer with its size before it. */
  #frame = Buffer.allocUnsafe(SIZE_BYTES)
  #filled = 0

  /** `tell` is given each answer, its size before it. */
  constructor(tell: (frame: Buffer) => void) {
    this.#tell = tell
  }

  /** Takes a piece, of which nothing is used afterwards. Throws where the size is none that an answer can have. */
  push(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      const copied = piece.copy(this.#frame, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled === SIZE_BYTES && this.#frame.length === SIZE_BYTES) this.#beginAnswer()
      if (this.#filled === this.#frame.length) this.#endAnswer()
    }
  }

  #beginAnswer(): void {
    const size = this.#frame.readInt32BE()
    if (size < 0 || size > MOST_BYTES) {
      throw new Error(
        `An answer of ${size} bytes is announced: this is no Kafka broker, or it expects TLS: check address and port`,
      )
    }
    const frame = memoryForAnswer(SIZE_BYTES + size)
    frame.writeInt32BE(size)
    this.#frame = frame
  }

  #endAnswer(): void {
    const frame = this.#frame
    this.#frame = Buffer.allocUnsafe(SIZE_BYTES)
    this.#filled = 0
    this.#tell(frame)
  }
}
