import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { safeText } from './describe-error.ts'
import type { Component } from './label-values.ts'
import { listenOn } from './listen.ts'
import type { Log } from './log.ts'
import type { MetricsRegistry } from './metrics.ts'

export interface Readiness {
  readonly ready: boolean
  /** Why not; a person reads it. */
  readonly reason?: string
}

/** Where a shell says whether it can work. */
export interface Health {
  report(component: Component, readiness: Readiness): void
}

export interface HealthServer extends Health {
  /** Where it listens, such as `http://127.0.0.1:9464`. */
  readonly url: string
  close(): Promise<void>
}

export interface HealthOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** What must be ready for the process to be; each counts as starting until it reports. */
  readonly components: readonly Component[]
  readonly metrics: MetricsRegistry
  readonly log: Log
}

/**
 * Serves /metrics for Prometheus, /healthz (200 while the process answers) and /readyz (503 with the reasons until
 * every component is ready). Rejects where the address cannot be listened on.
 */
export async function startHealth({
  host,
  port,
  components,
  metrics,
  log,
}: HealthOptions): Promise<HealthServer> {
  const states = new Map<Component, Readiness>()

  function report(component: Component, { ready, reason }: Readiness): void {
    const before = states.get(component)
    const state: Readiness = ready ? { ready } : { ready, reason: safeText(reason ?? 'no reason given') }
    states.set(component, state)
    metrics.set('ready', { component }, ready ? 1 : 0)
    if (before === undefined || (before.ready === ready && before.reason === state.reason)) return
    const facts = { event: 'readiness_changed', component, ready, reason: state.reason }
    if (ready) log.info(facts, `${component} is ready`)
    else log.warn(facts, `${component} is not ready: ${state.reason}`)
  }
  for (const component of components) report(component, { ready: false, reason: 'starting' })

  async function answer(method: string, path: string): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') {
      return { ...json(405, { message: 'Only GET is answered here' }), allow: 'GET, HEAD' }
    }
    switch (path) {
      case '/metrics':
        return { status: 200, type: metrics.contentType, body: await metrics.text() }
      case '/healthz':
        return json(200, { alive: true })
      case '/readyz': {
        const ready = [...states.values()].every(state => state.ready)
        return json(ready ? 200 : 503, { ready, components: Object.fromEntries(states) })
      }
      default:
        return json(404, { message: 'Here are /metrics, /healthz and /readyz' })
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const { status, type, body, allow } = await answer(request.method ?? '', path).catch((err): Answer => {
      log.error({ event: 'health_request_failed', path, err }, `${path} could not be answered`)
      return json(500, { message: 'Failed; the log says why' })
    })
    response.writeHead(status, { 'content-type': type, ...(allow ? { allow } : {}) })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  const server = createServer((request, response) => void handle(request, response))
  const { port: boundPort } = await listen(server, host, port)

  return {
    report,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly allow?: string
}

function json(status: number, content: object): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(content)}\n` }
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  try {
    return await listenOn(server, host, port)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'it is in use' : message
    const where = `${host}:${port} for metrics and health`
    throw new Error(`Cannot listen on ${where}, since ${why}: set METRICS_HOST and METRICS_PORT`)
  }
}
