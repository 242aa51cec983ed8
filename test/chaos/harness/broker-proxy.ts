import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const END_TXN = 26
const SIZE_BYTES = 4
/** Until the broker has read what it was sent just before the connection is cut. */
const READ_MS = 100

/** What happens to the next request that ends a transaction. */
export type EndTxnFault = 'cut_before' | 'cut_after' | { readonly delayMs: number }

/** The network between clients and one broker. */
export interface BrokerProxy {
  /** Cuts all connections, and each new one, for so long. */
  cut(forMs: number): Promise<void>
  /** Resolves once a transaction's end has met with it, or after `withinMs`: whether it has. */
  onEndTxn(fault: EndTxnFault, withinMs: number): Promise<boolean>
  close(): Promise<void>
}

export async function startBrokerProxy(port: number, target: number): Promise<BrokerProxy> {
  const pairs = new Set<{ client: Socket; broker: Socket }>()
  let isCut = false
  let armed: { readonly fault: EndTxnFault; readonly met: () => void } | null = null

  const server: Server = createServer(client => {
    if (isCut) return void client.destroy()
    const broker = connect(target, '127.0.0.1')
    const pair = { client, broker }
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      broker.destroy()
    }
    for (const socket of [client, broker]) socket.on('error', end).on('close', end)
    broker.pipe(client)
    void forward(client, broker, end)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  /** Passes requests on one by one, so that each can be looked at. */
  async function forward(client: Socket, broker: Socket, end: () => void): Promise<void> {
    let rest: Buffer = Buffer.alloc(0)
    try {
      for await (const chunk of client) {
        rest = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer)
        let length = lengthOf(rest)
        while (length <= rest.length) {
          await pass(rest.subarray(0, length), broker, end)
          rest = rest.subarray(length)
          length = lengthOf(rest)
        }
      }
    } catch {
      // One side is gone; the other goes with it.
    }
    end()
  }

  async function pass(request: Buffer, broker: Socket, end: () => void): Promise<void> {
    const hit = request.readInt16BE(SIZE_BYTES) === END_TXN ? armed : null
    if (!hit) return void broker.write(request)
    armed = null
    hit.met()
    if (hit.fault === 'cut_before') return end()
    if (typeof hit.fault === 'object') await sleep(hit.fault.delayMs)
    broker.write(request)
    if (hit.fault !== 'cut_after') return
    // The answer must not come through.
    broker.unpipe()
    await sleep(READ_MS)
    end()
  }

  const destroyAll = () => {
    for (const { client } of pairs) client.destroy()
  }

  return {
    async cut(forMs) {
      isCut = true
      destroyAll()
      await sleep(forMs)
      isCut = false
    },
    async onEndTxn(fault, withinMs) {
      const met = new Promise<boolean>(resolve => {
        armed = { fault, met: () => resolve(true) }
      })
      const result = await Promise.race([met, sleep(withinMs, false)])
      if (!result) armed = null
      return result
    },
    async close() {
      server.close()
      destroyAll()
      await once(server, 'close')
    },
  }
}

/** Of the first request in the bytes; more than there are, where it has not come as a whole. */
const lengthOf = (bytes: Buffer): number =>
  bytes.length < SIZE_BYTES + 2 ? Number.POSITIVE_INFINITY : SIZE_BYTES + bytes.readInt32BE()
