import type { Rule } from './rule.ts'

/** The root `context`, where it is truthy, is an object: the client's own, with its user agent. */
export const hasClientContext: Rule = draft => {
  const client = draft.root.get('context')
  if (!client?.isTruthy) return null
  if (!client.isObject) return 'client_context_invalid'
  draft.client = client
  const userAgent = client.get('userAgent')
  draft.agent = userAgent ? userAgent.loose() : ''
  return null
}
