import type { IncomingMessage } from 'node:http'
import type { Refusal } from './refusals.ts'
import { keyChecks, type Secret } from './secrets.ts'

export interface HeadOptions {
  readonly webhookPath: string
  /** What `?key=` has to be; it may be changed while requests come in. */
  readonly webhookSecret: Secret
  readonly maxBodyBytes: number
}

/** The checks that need no byte of the body, in their order. Null: none of them fails. */
export function createHeadChecks(options: HeadOptions): (request: IncomingMessage) => Refusal | null {
  const keyCheck = keyChecks(options.webhookSecret)
  return request => {
    const isKey = keyCheck()
    const { path, query } = splitTarget(request.url ?? '')
    if (path !== options.webhookPath) return 'not_found'
    if (request.method !== 'POST') return 'method_not_allowed'
    if (isKey === null) return 'not_configured'
    if (!isKey(keyOf(query))) return 'unauthorized'
    if (!isJson(request.headers['content-type'])) return 'unsupported_type'
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding.toLowerCase() !== 'identity') return 'unsupported_encoding'
    return declaredLength(request.headers) > options.maxBodyBytes ? 'too_large' : null
  }
}

/** What the head says of the body's size in bytes; 0 where it says nothing. Node has checked the syntax. */
export function declaredLength(headers: { readonly 'content-length'?: string | undefined }): number {
  return Number(headers['content-length'] ?? 0)
}

/** By the media type alone: parameters such as a charset say nothing, since JSON is UTF-8. */
function isJson(contentType = ''): boolean {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase() === 'application/json'
}

/** Of a request target, in either of the two forms that servers have to know (RFC 9112, 3.2). */
function splitTarget(target: string): { path: string; query: string } {
  const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = local.indexOf('?')
  return mark < 0 ? { path: local, query: '' } : { path: local.slice(0, mark), query: local.slice(mark + 1) }
}

/** A key alone, of which nothing has to be decoded, as nearly every request has it. */
const PLAIN_QUERY = /^key=[\w.~-]*$/
const NAME_LENGTH = 'key='.length

/** As Django reads it: the last of repeated parameters, percent-decoded, with + for a space. */
function keyOf(query: string): string {
  if (PLAIN_QUERY.test(query)) return query.slice(NAME_LENGTH)
  return new URLSearchParams(query).getAll('key').at(-1) ?? ''
}
