import { ofSharedHeaders } from '../headers-memo.ts'
import type { RawRecord } from '../shapes.ts'

export interface RequestContext {
  readonly path: string | undefined
  readonly host: string
  /** edX's middleware puts an empty course and organisation into every request's context. */
  readonly course: '' | undefined
}

/** What the view knows from the webhook request itself; the bridge keeps it in the record's headers. */
export const requestContext = ({ headers }: RawRecord): RequestContext => contextOf(headers)

const contextOf = ofSharedHeaders((headers): RequestContext => {
  const path = headers['webhook-path']?.toString()
  return {
    path,
    host: headers['webhook-host']?.toString() ?? '',
    course: path === undefined ? undefined : '',
  }
})
