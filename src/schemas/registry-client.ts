import { z } from 'zod'
import type { Metrics } from '../observe/metrics.ts'

export interface RegistryOptions {
  /** The base of its Confluent-compatible API. */
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly metrics?: Metrics
  /** For one request. */
  readonly timeoutMs?: number
}

/** The registry does not answer, or not as it should. */
class RegistryError extends Error {
  override readonly name = 'RegistryError'
  /** Whether the same request may succeed later, as with kafkajs's errors. */
  readonly retriable: boolean
  constructor(message: string, retriable: boolean, cause?: unknown) {
    super(message, { cause })
    this.retriable = retriable
  }
}

interface Answer {
  readonly status: number
  /** Null where it is not JSON. */
  readonly body: unknown
}

type Operation = 'find' | 'register' | 'check' | 'configure'

/** One request, and its answer in the form of `as`. Null: what it names is not there. Throws RegistryError. */
export type RegistryCall = <T>(
  operation: Operation,
  request: `${'GET' | 'PUT' | 'POST'} /${string}`,
  as: z.ZodType<T>,
  content?: object,
) => Promise<T | null>

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
const TIMEOUT_MS = 10_000
/** There is no such subject, version, schema or level. A 404 by anybody but a registry lacks the code. */
const NOT_THERE = z.object({ error_code: z.literal([40401, 40402, 40403, 40408]) })
const WITH_MESSAGE = z.object({ message: z.string() })

/** Requests to a registry, made plainly: its client library has no time-out and calls one that is down "400". */
export function createRegistryCall(options: RegistryOptions): RegistryCall {
  const { url, user, password, metrics, timeoutMs = TIMEOUT_MS } = options
  const headers = {
    'content-type': CONTENT_TYPE,
    accept: `${CONTENT_TYPE}, application/json`,
    ...(user && { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` }),
  }

  return async (operation, request, as, content) => {
    let result: 'ok' | 'error' = 'error'
    try {
      const { status, body } = await send(request, content)
      const isThere = status !== 404 || !NOT_THERE.safeParse(body).success
      const parsed = isThere && status < 300 ? as.safeParse(body) : null
      if (isThere && !parsed?.success) throw refusal(request, { status, body })
      result = 'ok'
      return parsed?.data ?? null
    } finally {
      metrics?.count('schema_registry_requests_total', { operation, result })
    }
  }

  async function send(request: string, content: object | undefined): Promise<Answer> {
    const [method = '', path = ''] = request.split(' ')
    const body = content && JSON.stringify(content)
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(`${url}${path}`, { method, headers, signal, ...(body && { body }) })
      return { status: response.status, body: parseJson(await response.text()) }
    } catch (cause) {
      throw new RegistryError(`The schema registry at ${url} does not answer`, true, cause)
    }
  }

  function refusal(request: string, { status, body }: Answer): RegistryError {
    const message = WITH_MESSAGE.safeParse(body).data?.message
    const said = `The schema registry at ${url} answered ${request} with ${status}${message ? `, ${message}` : ''}`
    return new RegistryError(`${said}${hintOf(status)}`, status === 429 || status >= 500)
  }
}

function hintOf(status: number): string {
  if (status === 401 || status === 403) return ' (check SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD)'
  if (status === 404 || status < 400)
    return ' (check that SCHEMA_REGISTRY_URL is the base of its Confluent-compatible API; of Apicurio …/apis/ccompat/v7)'
  return ''
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
