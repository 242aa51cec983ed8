import type { Headers, HeaderValue } from './shapes.ts'

/** Of lengths, deltas and the batch's own head, at most. */
export const RECORD_OVERHEAD_BYTES = 61 + 32
const HEADER_OVERHEAD_BYTES = 10

interface Sized {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Headers
}

/** Bytes of a record in its batch, at most. */
export function recordBytes({ key, value, headers }: Sized): number {
  const headerBytes = (name: string, header: HeaderValue): number =>
    HEADER_OVERHEAD_BYTES +
    Buffer.byteLength(name) +
    (typeof header === 'string' ? Buffer.byteLength(header) : header.length)
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  for (const name in headers) {
    const header = headers[name]
    if (Array.isArray(header)) for (const one of header) bytes += headerBytes(name, one)
    else bytes += headerBytes(name, header ?? '')
  }
  return bytes
}
