import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { describeError } from '#src/observe/describe-error.ts'
import { createMetrics } from '#src/observe/metrics.ts'
import { SchemaNotFoundError } from '#src/ports.ts'
import { createRegistry } from '#src/schemas/registry.ts'

/*
 * What a registry that is not well, or none at all, does to the adapter; what a real one does is in
 * `test/contracts/schema-registry.test.ts`.
 */

const SCHEMA = '{"type": "record", "name": "A", "fields": []}'
const servers: Server[] = []

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serveJson = (status: number, body: unknown, type = 'application/vnd.schemaregistry.v1+json') =>
  serve((_, response) => {
    response
      .writeHead(status, { 'content-type': type })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
  })

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** The error of asking for a schema by content. */
async function faultAt(url: string, timeoutMs = 5_000): Promise<Error & { retriable?: boolean }> {
  try {
    await createRegistry({ url, timeoutMs }).idOf('s-value', SCHEMA)
  } catch (error) {
    return error as Error
  }
  throw new Error('it was found')
}

describe('what may go well later is said to be so', () => {
  test('a port where nobody listens', async () => {
    const url = await serveJson(200, {})
    servers.pop()?.close()
    const error = await faultAt(url)
    expect(error.retriable).toBe(true)
    expect(describeError(error)).toMatch(`The schema registry at ${url} does not answer: `)
    expect(describeError(error)).toContain('ECONNREFUSED')
  })

  test.each([
    ['never answers', () => {}],
    [
      'never ends its answer',
      (_: unknown, response: Parameters<RequestListener>[1]) => void response.write('{"id"'),
    ],
  ])('a registry that %s', async (_, answer) => {
    const error = await faultAt(await serve(answer), 100)
    expect(error.retriable).toBe(true)
    expect(describeError(error)).toMatch(/does not answer: .*time/)
  })

  test.each([500, 502, 503, 429])('status %s', async status => {
    const url = await serveJson(status, { error_code: 50001, message: 'Error in the backend' })
    const error = await faultAt(url)
    expect(error.retriable).toBe(true)
    expect(error.message).toBe(
      `The schema registry at ${url} answered POST /subjects/s-value with ${status}, Error in the backend`,
    )
  })
})

describe('what a person has to mend is said, and what to check', () => {
  test.each([
    [401, {}, 'check SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD'],
    [403, 'Forbidden', 'check SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD'],
    [404, '<html>nginx</html>', 'check that SCHEMA_REGISTRY_URL is the base'],
    [404, { error_code: 404, message: 'HTTP 404 Not Found' }, 'check that SCHEMA_REGISTRY_URL is the base'],
    [200, '<html>Welcome</html>', 'check that SCHEMA_REGISTRY_URL is the base'],
    [200, { id: 'seven' }, 'check that SCHEMA_REGISTRY_URL is the base'],
    [422, { error_code: 42201, message: 'Invalid schema' }, 'with 422, Invalid schema'],
  ])('status %s, %j', async (status, body, hint) => {
    const error = await faultAt(await serveJson(status, body))
    expect(error).not.toBeInstanceOf(SchemaNotFoundError)
    expect(error.retriable).toBe(false)
    expect(error.message).toContain(hint)
  })

  test.each([40401, 40403])('not registered, code %s', async error_code => {
    const error = await faultAt(await serveJson(404, { error_code, message: 'not found' }))
    expect(error).toBeInstanceOf(SchemaNotFoundError)
    expect(error.message).toMatch(/not registered under s-value at .*: run `setup` or `schema register`/)
  })
})

test('logs in by basic authentication, and sends the schema without white space', async () => {
  const seen: unknown[] = []
  const url = await serve((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      seen.push(request.method, request.url, request.headers.authorization, JSON.parse(body))
      response.end('{"id": 7}')
    })
  })
  const registry = createRegistry({ url, user: 'edx', password: 'p:ä' })
  expect(await registry.register('a/b-value', SCHEMA)).toBe(7)
  expect(seen).toEqual([
    'POST',
    '/subjects/a%2Fb-value/versions',
    `Basic ${Buffer.from('edx:p:ä').toString('base64')}`,
    { schema: '{"type":"record","name":"A","fields":[]}' },
  ])
})

test('counts requests by what they are for and how they went; "not there" is an answer', async () => {
  const metrics = createMetrics({
    groups: ['dependencies'],
    topics: { read: [], written: [] },
    build: { version: '0', revision: '0' },
  })
  const down = createRegistry({ url: await serveJson(500, {}), metrics })
  const empty = createRegistry({ url: await serveJson(404, { error_code: 40401, message: '' }), metrics })
  await expect(down.idOf('s-value', SCHEMA)).rejects.toThrow()
  await expect(empty.idOf('s-value', SCHEMA)).rejects.toThrow()
  expect(await empty.compatibility('s-value')).toBeNull()
  const text = await metrics.text()
  expect(text).toContain('schema_registry_requests_total{operation="find",result="error"} 1\n')
  expect(text).toContain('schema_registry_requests_total{operation="find",result="ok"} 1\n')
  expect(text).toContain('schema_registry_requests_total{operation="configure",result="ok"} 1\n')
})
