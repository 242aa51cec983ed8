import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Where the server listens then. Rejects where the host is not known, or the address cannot be listened on. */
export async function listenOn(server: Server, host: string, port: number): Promise<AddressInfo> {
  // One address is bound: who calls a name tries all of its addresses, and who calls an address knows 127.0.0.1.
  const { address } = await lookup(host, { order: 'ipv4first' })
  await once(server.listen(port, address), 'listening')
  return server.address() as AddressInfo
}
