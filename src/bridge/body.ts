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
    let chunks: Buffer[] = []
    let size = 0
    let isEnded = false
    const end = (result: Buffer | Refusal): void => {
      clearTimeout(timer)
      isEnded = true
      // The listeners stay, since taking them off costs each request time: they are not to hold the body.
      chunks = []
      resolve(result)
    }
    const refuse = (refusal: Refusal): void => {
      if (isEnded) return
      end(refusal)
      request.resume()
    }
    const onData = (chunk: Buffer): void => {
      if (isEnded) return
      chunks.push(chunk)
      size += chunk.length
      if (size > maxBodyBytes) refuse('too_large')
      else if (size > declaredBytes && !holding.take(chunk.length)) refuse('overloaded')
    }
    const onEnd = (): void => {
      if (!isEnded) end(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size))
    }
    const timer = setTimeout(refuse, bodyTimeoutMs, 'body_timeout')
    if (!holding.take(declaredBytes)) refuse('overloaded')
    else
      request
        .on('data', onData)
        .on('end', onEnd)
        .on('close', () => refuse('client_closed'))
  })
}
