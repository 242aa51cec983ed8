import type { Rule } from './rule.ts'

/** No disallowed text stands in the name, whatever its case; where there are such texts, it is a string. */
export const hasWantedName: Rule = ({ name }, { disallowedNames }) => {
  if (disallowedNames.length === 0) return null
  if (!name.isString) return 'name_invalid'
  const lower = name.string().toLowerCase()
  return disallowedNames.some(part => lower.includes(part)) ? 'name_ignored' : null
}
