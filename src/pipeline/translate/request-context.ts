import type { Headers, RawRecord } from '../shapes.ts'

export interface RequestContext {
  readonly path: string | undefined
  readonly host: string
  /** edX's middleware puts an empty course and organisation into every request's context. */
  readonly course: '' | undefined
}

/** Records show the same headers one after another, and then the same object. */
let last: { readonly headers: Headers; readonly context: RequestContext } | null = null

/** What the view knows from the webhook request itself; the bridge keeps it in the record's headers. */
export function requestContext({ headers }: RawRecord): RequestContext {
  if (last?.headers !== headers) last = { headers, context: contextOf(headers) }
  return last.context
}

function contextOf(headers: Headers): RequestContext {
  const path = headers['webhook-path']?.toString()
  return {
    path,
    host: headers['webhook-host']?.toString() ?? '',
    course: path === undefined ? undefined : '',
  }
}
