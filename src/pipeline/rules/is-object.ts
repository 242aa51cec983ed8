import type { Rule } from './rule.ts'

/** An event is a JSON object. */
export const isObject: Rule = ({ root }) => (root.isObject ? null : 'not_an_object')
