import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A server on loopback that passes everything on to another, and can be made to fail as networks do. */
export interface Outage {
  readonly port: number
  /** Ends all connections and refuses new ones. */
  refuse(): Promise<void>
  /** Passes nothing on, of the connections there are and of new ones. */
  stall(): void
  /** Serves again; connections that were stalled stay dead. */
  heal(): Promise<void>
  close(): Promise<void>
}

export async function outageBefore(target: { host: string; port: number }): Promise<Outage> {
  const sockets = new Set<Socket>()
  let isStalled = false
  const server = createServer(client => {
    track(client)
    if (isStalled) return
    const upstream = connect(target)
    track(upstream)
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    port,
    refuse,
    stall() {
      isStalled = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    async heal() {
      isStalled = false
      if (server.listening) return
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close: refuse,
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
