import type { Headers } from './shapes.ts'

/** What headers come to, reckoned once for records that show the very same object, as they do one after another. */
export function ofSharedHeaders<T>(reckon: (headers: Headers) => T): (headers: Headers) => T {
  let last: { readonly headers: Headers; readonly result: T } | null = null
  return headers => {
    if (last?.headers !== headers) last = { headers, result: reckon(headers) }
    return last.result
  }
}
