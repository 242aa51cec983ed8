import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { REFUSALS, type Refusal, type RefusalRow } from './refusals.ts'

/** A whole answer, made once: there are only as many as there are refusals, and one more. */
interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: string
}

const COMMITTED = answer(200, { committed: true })
const REFUSED = Object.fromEntries(
  Object.entries(REFUSALS).map(([name, { status, message, headers }]: [string, RefusalRow]) => [
    name,
    answer(status, { committed: false, message }, headers),
  ]),
) as Record<Refusal, Answer>

function answer(status: number, content: object, headers: OutgoingHttpHeaders = {}): Answer {
  const body = JSON.stringify(content)
  const type = 'application/json; charset=utf-8'
  return {
    status,
    headers: { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers },
    body,
  }
}

/** Null: what was sent is stored. `isLast`: the connection is closed behind the answer. */
export function writeAnswer(response: ServerResponse, refusal: Refusal | null, isLast: boolean): void {
  const { status, headers, body } = refusal === null ? COMMITTED : REFUSED[refusal]
  response.writeHead(status, isLast ? { ...headers, connection: 'close' } : headers).write(body)
  // It goes out now, and alone: `end(body)` has Node.js write two pieces, of which the second is empty.
  response.socket?.uncork()
  response.end()
}
