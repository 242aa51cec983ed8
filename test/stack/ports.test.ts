import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePorts, withFreePorts } from '../../dev/stack/ports.ts'
import { StartError } from '../../dev/stack/server.ts'

test('ports are different, can be listened on, and are none that an outgoing connection is given', async () => {
  const ports = await freePorts(7)
  expect(new Set(ports).size).toBe(7)
  for (const port of ports) {
    expect(port).toBeLessThan(32_768)
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once('error', reject)
      server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
    })
  }
})

test.each([
  ['Kafka', 'java.net.BindException: Address already in use'],
  ['PostgreSQL', 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'],
  ['the registry', 'Port 20999 seems to be in use by another process.'],
])('a start of %s that lost its port is tried again on others', async (_, log) => {
  const tried: number[] = []
  const result = await withFreePorts(1, async (port = 0) => {
    tried.push(port)
    if (tried.length === 1) throw new StartError('ended', log)
    return 'up'
  })
  expect(result).toBe('up')
  expect(tried).toHaveLength(2)
  expect(tried[0]).not.toBe(tried[1])
})

test('any other fault of a start is not tried again', async () => {
  let starts = 0
  const failing = withFreePorts(1, async () => {
    starts++
    throw new StartError('ended', 'OutOfMemoryError')
  })
  await expect(failing).rejects.toThrow('OutOfMemoryError')
  expect(starts).toBe(1)
})
