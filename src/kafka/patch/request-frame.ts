import { type Encoder, ownInsteadOf, replaceExport } from './internals.ts'

interface Framed {
  readonly correlationId: number
  readonly clientId: string
  readonly request: { readonly apiKey: number; readonly apiVersion: number; encode(): Promise<Encoder> }
}

const HEAD_BYTES = 14

/** The head of a request before its body, which is copied once; kafkajs copies it from encoder to encoder. */
export async function frameRequest({
  correlationId,
  clientId,
  request,
}: Framed): Promise<{ buffer: Buffer }> {
  const body = (await request.encode()).buffer
  const name = Buffer.from(clientId)
  const start = HEAD_BYTES + name.length
  const buffer = Buffer.allocUnsafe(start + body.length)
  buffer.writeInt32BE(buffer.length - 4, 0)
  buffer.writeInt16BE(request.apiKey, 4)
  buffer.writeInt16BE(request.apiVersion, 6)
  buffer.writeInt32BE(correlationId, 8)
  buffer.writeInt16BE(name.length, 12)
  buffer.set(name, HEAD_BYTES)
  buffer.set(body, start)
  return { buffer }
}

export const frameRequestsInOneCopy = (): void =>
  replaceExport<typeof frameRequest>('protocol/request', 'network/connection', original =>
    ownInsteadOf(original, frameRequest),
  )
