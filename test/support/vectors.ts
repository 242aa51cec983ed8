import { readFileSync } from 'node:fs'

/** A case that the original view produced; `test/golden/README.md` says how. */
export interface Vector {
  readonly id: string
  readonly group: string
  readonly rule: string
  readonly note: string
  readonly input: {
    readonly method: string
    readonly query: string
    readonly content_type: string | null
    readonly settings: Readonly<Record<string, unknown>>
    readonly body?: string
    readonly body_b64?: string
  }
  readonly expected: {
    readonly outcome:
      | 'committed'
      | 'ignored'
      | 'rejected'
      | 'exception'
      | 'unauthorized'
      | 'method_not_allowed'
    readonly status: number
    readonly response?: { readonly committed: boolean; readonly message?: string }
    readonly exception?: string
    readonly event_json?: string
  }
  readonly expected_event_json_with_request_context?: string
  readonly python_limit?: boolean
}

const rowsOf = (file: string) =>
  readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

export const VECTORS: readonly Vector[] = rowsOf('segmentio.ndjson')

/** A case of the tests of edX's present view. */
export interface UpstreamVector {
  readonly id: string
  readonly test: string
  readonly input: {
    readonly method?: string
    readonly query?: string
    readonly settings?: Readonly<Record<string, unknown>>
    readonly body?: string
  }
  readonly expected: {
    readonly status: number
    readonly validation_error: string | null
    /** The line of the tracking log; null: none is written. */
    readonly event: object | null
  }
}

export const UPSTREAM_VECTORS: readonly UpstreamVector[] = rowsOf('upstream.ndjson')

export const bodyOf = ({ input }: Vector): Buffer =>
  input.body_b64 === undefined ? Buffer.from(input.body ?? '') : Buffer.from(input.body_b64, 'base64')

/** The users that the vectors were made with. */
export const VECTOR_USERS = [
  { id: 1, username: 'alice' },
  { id: 7, username: 'zoë' },
  { id: 10, username: 'bob' },
  { id: 42, username: 'carol' },
  { id: 1000, username: 'dave_1000' },
  { id: 2147483647, username: 'maxint' },
] as const
