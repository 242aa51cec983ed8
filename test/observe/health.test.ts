import { getDefaultResultOrder, setDefaultResultOrder } from 'node:dns'
import { afterEach, expect, test } from 'vitest'
import { type HealthServer, startHealth } from '#src/observe/health.ts'
import { createLog } from '#src/observe/log.ts'
import { createMetrics } from '#src/observe/metrics.ts'

const lines: string[] = []
const open: HealthServer[] = []

async function start(port = 0, host = '127.0.0.1'): Promise<HealthServer> {
  const metrics = createMetrics({
    groups: ['process'],
    topics: { read: [], written: [] },
    build: { version: '1', revision: 'x' },
  })
  const log = createLog({ level: 'info', command: 'test', write: line => lines.push(line) })
  const components = ['kafka', 'users'] as const
  const health = await startHealth({ host, port, components, metrics, log })
  open.push(health)
  return health
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(health => health.close()))
  lines.length = 0
})

test('on localhost it serves those who ask 127.0.0.1, also where the hosts file has ::1 first', async () => {
  const usual = getDefaultResultOrder()
  setDefaultResultOrder('ipv6first')
  try {
    const { port } = new URL((await start(0, 'localhost')).url)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  } finally {
    setDefaultResultOrder(usual)
  }
})

test('a process is alive at once, and ready when every component is', async () => {
  const health = await start()
  const readyz = async () => {
    const response = await fetch(`${health.url}/readyz`)
    return { status: response.status, ...((await response.json()) as object) }
  }
  expect((await fetch(`${health.url}/healthz`)).status).toBe(200)
  const starting = { ready: false, reason: 'starting' }
  expect(await readyz()).toEqual({
    status: 503,
    ready: false,
    components: { kafka: starting, users: starting },
  })

  health.report('kafka', { ready: true })
  health.report('users', { ready: false, reason: 'no answer from postgres://edx:hunter2@db/edx' })
  const unready = { ready: false, reason: 'no answer from postgres://db/edx' }
  expect(await readyz()).toEqual({
    status: 503,
    ready: false,
    components: { kafka: { ready: true }, users: unready },
  })

  health.report('users', { ready: true })
  expect(await readyz()).toMatchObject({ status: 200, ready: true })
})

test('readiness is a metric, and a change of it a log line', async () => {
  const health = await start()
  health.report('kafka', { ready: true })
  health.report('kafka', { ready: true })
  const response = await fetch(`${health.url}/metrics?key=value`)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  expect(text).toContain('segedx_ready{component="kafka"} 1')
  expect(text).toContain('segedx_ready{component="users"} 0')
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { event: 'readiness_changed', component: 'kafka', ready: true, level: 'info' },
  ])
})

test('other paths and methods are refused', async () => {
  const { url } = await start()
  expect((await fetch(`${url}/`)).status).toBe(404)
  const post = await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  const head = await fetch(`${url}/healthz`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('a port in use is named, with what to do', async () => {
  const { url } = await start()
  const { port } = new URL(url)
  await expect(start(Number(port))).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port} for metrics and health, since it is in use: set METRICS_HOST and METRICS_PORT`,
  )
})

test('a closed server frees its port', async () => {
  const first = await start()
  const { port } = new URL(first.url)
  await first.close()
  expect((await start(Number(port))).url).toBe(first.url)
})
