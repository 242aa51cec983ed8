import type { Chunk, Taken } from './binary/chunk.ts'
import { type ReadHeaders, RecordReader } from './binary/record-reader.ts'

/**
 * A Kafka record to be written; `to` says on which of the two topics. Its key, value and headers are bytes already, in
 * the form that they have in a record batch: what lives until its transaction ends should be few objects.
 */
export class OutputRecord {
  readonly to: 'output' | 'errors'
  readonly partition: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** Key, value and headers stand in it from `start` to `end`; others' stand before and behind. */
  readonly chunk: Chunk
  readonly start: number
  readonly end: number

  constructor(to: OutputRecord['to'], partition: number, timestamp: number, { chunk, start, end }: Taken) {
    this.to = to
    this.partition = partition
    this.timestamp = timestamp
    this.chunk = chunk
    this.start = start
    this.end = end
  }

  get key(): Buffer | null {
    return this.#read().key
  }

  get value(): Buffer | null {
    return this.#read().value
  }

  get headers(): ReadHeaders {
    return this.#read().headers
  }

  #read() {
    const reader = new RecordReader(this.chunk.bytes, this.start)
    return { key: reader.bytes(), value: reader.bytes(), headers: reader.headers() }
  }
}
