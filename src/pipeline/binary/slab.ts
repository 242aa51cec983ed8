import { Chunk, type Taken } from './chunk.ts'
import { BinaryWriter } from './writer.ts'

const CHUNK_BYTES = 256 * 1024
/** Kept until they are needed again: about what two rounds fill. */
const MOST_FREE = 64

/** Writes one thing after another into chunks that hold many of them; what was taken stays as it is until it is given back. */
export class Slab extends BinaryWriter {
  /** Memory in which nothing stands any more. */
  readonly #free: Buffer[] = []
  #chunk: Chunk

  constructor() {
    super(CHUNK_BYTES)
    this.#chunk = new Chunk(this.buffer)
  }

  /** Where what was taken last ends: whatever was begun behind it and not taken, because of an error, is given up. */
  begin(): void {
    this.at = this.origin
  }

  /** What was written since `begin`. It holds on to the whole chunk. */
  take(): Taken {
    const start = this.origin
    this.origin = this.at
    this.#chunk.taken()
    return { chunk: this.#chunk, start, end: this.at }
  }

  protected override grow(bytes: number): void {
    const begun = this.buffer.subarray(this.origin, this.at)
    const next = this.#chunkOf(2 * (begun.length + bytes))
    next.bytes.set(begun)
    this.#chunk.close(bytes => this.#keep(bytes))
    this.#chunk = next
    this.buffer = next.bytes
    this.origin = 0
    this.at = begun.length
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === CHUNK_BYTES && this.#free.length < MOST_FREE) this.#free.push(bytes)
  }

  #chunkOf(bytes: number): Chunk {
    const free = bytes <= CHUNK_BYTES ? this.#free.pop() : undefined
    return new Chunk(free ?? Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytes)))
  }
}
