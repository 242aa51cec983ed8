import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SentEvent {
  readonly type: string
  readonly [field: string]: unknown
}

export interface SegmentRelay {
  /** Where Segment's libraries are to send to. */
  readonly url: string
  /** Statuses of the webhook's answers, in order. */
  readonly answers: number[]
  close(): Promise<void>
}

/**
 * Stands where Segment's servers do: takes the batches of its libraries and posts each event to the webhook,
 * signed, with what Segment adds: `receivedAt`, today also the project, and in 2014 `action`.
 */
export async function startSegmentRelay(
  webhook: string,
  signingSecret: string,
  form: '2014' | 'today' = '2014',
): Promise<SegmentRelay> {
  const answers: number[] = []
  const relay = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: SentEvent[] }
    for (const event of batch) {
      const added =
        form === 'today'
          ? { projectId: 'u0j33yjkr8', version: 2, channel: 'server' }
          : { action: event.type.replace(/^./, first => first.toUpperCase()) }
      const body = JSON.stringify({ ...event, ...added, receivedAt: new Date().toISOString() })
      const signature = createHmac('sha1', signingSecret).update(body).digest('hex')
      const answer = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-signature': signature },
        body,
      })
      answers.push(answer.status)
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}')
  }
  const server: Server = createServer((request, response) => {
    relay(request, response).catch(error => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    answers,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
