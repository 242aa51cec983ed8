import type { IncomingMessage } from 'node:http'
import { declaredLength } from './head-checks.ts'
import type { Holding } from './in-flight.ts'
import type { Refusal } from './refusals.ts'

export interface BodyLimits {
  readonly maxBodyBytes: number
  /** From the end of the head to the last byte. */
  readonly bodyTimeoutMs: number
}

/**
 * Reads the whole body, or says why not. Room is taken before reading where the head tells the length, else as
 * the body grows. What is left of a refused body is read and dropped, since a caller that is still sending
 * would not see the answer of a closed connection.
 */
export function readBody(
  request: IncomingMessage,
  holding: Holding,
  { maxBodyBytes, bodyTimeoutMs }: BodyLimits,
): Promise<Buffer | Refusal> {
  return new Promise(resolve => {
    const declaredBytes = declaredLength(request.headers)
    const chunks: Buffer[] = []
    let size = 0
    const end = (result: Buffer | Refusal): void => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onClose).resume()
      resolve(result)
    }
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk)
      size += chunk.length
      if (size > maxBodyBytes) end('too_large')
      else if (size > declaredBytes && !holding.take(chunk.length)) end('overloaded')
    }
    const onEnd = (): void => end(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size))
    const onClose = (): void => end('client_closed')
    const timer = setTimeout(() => end('body_timeout'), bodyTimeoutMs)
    if (!holding.take(declaredBytes)) end('overloaded')
    else request.on('data', onData).once('end', onEnd).once('close', onClose)
  })
}
