import type { Metrics } from '../observe/metrics.ts'
import { SchemaNotFoundError, type SchemaRegistry } from '../ports.ts'

export interface RegistryOptions {
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly metrics?: Metrics
}

const TIMEOUT_MS = 10_000
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'

/**
 * The registry's REST interface, the few calls of it that are needed. The client library has no time-out, says
 * 400 for a registry that is not there, and never asks for a schema by its content; so these are made plainly.
 */
export function createRegistry({ url, user, password, metrics }: RegistryOptions): SchemaRegistry {
  type Operation = 'find' | 'register' | 'configure'
  async function call(operation: Operation, method: string, path: string, body: object): Promise<Response> {
    const authorization = user && `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          'content-type': CONTENT_TYPE,
          accept: CONTENT_TYPE,
          ...(authorization && { authorization }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const result = response.ok || response.status === 404 ? 'ok' : 'error'
      metrics?.count('schema_registry_requests_total', { operation, result })
      return response
    } catch (cause) {
      metrics?.count('schema_registry_requests_total', { operation, result: 'error' })
      throw new Error(`The schema registry at ${url} does not answer`, { cause })
    }
  }

  return {
    async idOf(subject, schema) {
      const response = await call('find', 'POST', `/subjects/${encodeURIComponent(subject)}`, { schema })
      if (response.status === 404) {
        throw new SchemaNotFoundError(
          `The schema is not registered under ${subject} at ${url}: run \`setup\`, which registers it`,
        )
      }
      return idIn(response, url)
    },
    async register(subject, schema) {
      const path = `/subjects/${encodeURIComponent(subject)}/versions`
      return idIn(await call('register', 'POST', path, { schema }), url)
    },
    async setCompatibility(subject, compatibility) {
      const path = `/config/${encodeURIComponent(subject)}`
      const response = await call('configure', 'PUT', path, { compatibility })
      if (!response.ok) throw await refusal(response, url)
    },
  }
}

async function idIn(response: Response, url: string): Promise<number> {
  if (!response.ok) throw await refusal(response, url)
  const { id } = (await response.json()) as { id?: unknown }
  if (typeof id !== 'number') throw new Error(`The schema registry at ${url} answered without an id`)
  return id
}

async function refusal(response: Response, url: string): Promise<Error> {
  const { message = 'no reason given' } = (await response.json().catch(() => ({}))) as { message?: string }
  return new Error(`The schema registry at ${url} refused (${response.status}): ${message}`)
}
