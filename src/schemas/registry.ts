import { SchemaRegistry as Client, SchemaType } from '@kafkajs/confluent-schema-registry'
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
 * A registry by its Confluent-compatible REST interface. The client library asks for ids; what it would do in one
 * step, registering and configuring, is done here in two, since Apicurio does not take them in its order.
 */
export function createRegistry({ url, user, password, metrics }: RegistryOptions): SchemaRegistry {
  type Operation = 'find' | 'register' | 'configure'
  const auth = user ? { username: user, password: password ?? '' } : undefined
  const client = new Client({ host: url, ...(auth && { auth }) }, {})
  const count = (operation: Operation, result: 'ok' | 'error') =>
    metrics?.count('schema_registry_requests_total', { operation, result })

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
      const result = response.ok ? 'ok' : 'error'
      count(operation, result)
      return response
    } catch (cause) {
      count(operation, 'error')
      throw new Error(`The schema registry at ${url} does not answer`, { cause })
    }
  }

  return {
    async idOf(subject, schema) {
      try {
        const found = client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })
        const id = await within(found, TIMEOUT_MS)
        count('find', 'ok')
        return id
      } catch (cause) {
        // Only this status is an answer: the client reports a registry that is not there as 400.
        const isAnswer = cause instanceof Error && 'status' in cause && cause.status === 404
        count('find', isAnswer ? 'ok' : 'error')
        if (!isAnswer) throw new Error(`The schema registry at ${url} does not answer`, { cause })
        throw new SchemaNotFoundError(
          `The schema is not registered under ${subject} at ${url}: run \`setup\`, which registers it`,
        )
      }
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

async function within<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs)
  })
  return Promise.race([call, late]).finally(() => clearTimeout(timer))
}
