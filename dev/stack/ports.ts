import { once } from 'node:events'
import { createServer } from 'node:net'
import { StartError } from './server.ts'

/**
 * Below the range that Linux and macOS draw outgoing connections from: a client that keeps dialling a server that is
 * down could otherwise be given the server's own port, and hold it.
 */
const LOWEST_PORT = 10_240
const HIGHEST_PORT = 32_767
const ATTEMPTS = 3

/** Ports on loopback that are free at this moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT))
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen({ port, host: '127.0.0.1', exclusive: true })
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}

/** Runs a start on fresh ports again when another process took one of them in between. */
export async function withFreePorts<T>(count: number, start: (...ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(...(await freePorts(count)))
    } catch (error) {
      if (!(error instanceof StartError && error.portTaken) || attempt === ATTEMPTS) throw error
    }
  }
}
