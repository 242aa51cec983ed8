import type { Rule } from './rule.ts'

/** The app is described in `properties.context`, or can be from `context.app`: an object where it is there. */
export const hasApplication: Rule = ({ context, client }) => {
  if (context.get('application')) return null
  const app = client?.get('app')
  return !app || app.isObject ? null : 'client_app_invalid'
}
