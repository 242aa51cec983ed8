import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { REFUSALS, type Refusal } from './refusals.ts'

/** What Node's HTTP parser and its timers call a request that they give up. */
const REFUSAL_OF: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'head_too_large',
}

/** Answers on the bare socket, since there is no request to answer, and closes it. Null: the caller has gone. */
export function refuseUnreadable(
  error: { readonly code?: string | undefined },
  socket: Duplex,
): Refusal | null {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return null
  }
  const refusal = REFUSAL_OF[error.code ?? ''] ?? 'malformed_request'
  const { status, message } = REFUSALS[refusal]
  const body = JSON.stringify({ committed: false, message })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  return refusal
}
