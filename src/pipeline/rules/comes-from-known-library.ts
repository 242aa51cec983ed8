import type { Rule } from './rule.ts'

/** `context.library.name` stands in the source map, which says what the event's source is. */
export const comesFromKnownLibrary: Rule = (draft, { sourceMap }) => {
  const library = draft.client?.get('library')
  if (!library?.isTruthy) return 'source_ignored'
  if (!library.isObject) return 'library_invalid'
  const name = library.get('name')
  if (name?.isObject || name?.isArray) return 'library_invalid'
  const source = name?.isString ? sourceMap.get(name.string()) : undefined
  if (!source) return 'source_ignored'
  draft.eventSource = source
  return null
}
