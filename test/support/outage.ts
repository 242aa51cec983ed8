import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A server on loopback that passes everything on to another, and can be made to fail as networks do. */
export interface Outage {
  readonly port: number
  /** Ends all connections and refuses new ones. */
  refuse(): Promise<void>
  /** Passes nothing on, of the connections there are and of new ones. */
  stall(): void
  /** Lets all that is passed on, either way, wait for so long. */
  slow(delayMs: number): void
  /** Serves again, at once; connections that were stalled stay dead. */
  heal(): Promise<void>
  close(): Promise<void>
}

export async function outageBefore(target: { host: string; port: number }): Promise<Outage> {
  const sockets = new Set<Socket>()
  let isStalled = false
  let delayMs = 0
  const server = createServer(client => {
    track(client)
    if (isStalled) return
    const upstream = connect(target)
    track(upstream)
    pass(client, upstream)
    pass(upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    port,
    refuse,
    stall() {
      isStalled = true
      for (const socket of sockets) socket.pause()
    },
    slow(ms) {
      delayMs = ms
    },
    async heal() {
      isStalled = false
      delayMs = 0
      if (server.listening) return
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close: refuse,
  }

  function pass(from: Socket, to: Socket): void {
    const later = (work: () => void) => (delayMs > 0 ? setTimeout(work, delayMs) : work())
    from.on('data', data => void later(() => to.write(data)))
    from.on('end', () => void later(() => to.end()))
    from.on('close', () => to.destroy())
  }

  function track(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A reset is part of the play.
    socket.on('error', () => socket.destroy())
  }

  async function refuse(): Promise<void> {
    if (!server.listening) return
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
}
