import { closest, distance } from 'fastest-levenshtein'
import type { CommandName, Setting } from './setting.ts'
import { SETTINGS } from './table.ts'

const ROWS = Object.entries<Setting>(SETTINGS)
/** Shorter names are near to too many others. */
const LEAST_LENGTH = 8
const KNOWN = ROWS.flatMap(([name, row]) => (row.file ? [name, `${name}_FILE`] : [name]))
const LONG = KNOWN.filter(name => name.length >= LEAST_LENGTH)

/** What is not wrong but hardly meant, a sentence each, for the log at start. */
export function settingsWarnings(env: NodeJS.ProcessEnv, command: CommandName): string[] {
  const emptied = ROWS.filter(
    ([name, row]) =>
      row.usedBy.includes(command) && row.emptyCounts && row.default !== '' && env[name]?.trim() === '',
  )
  return [
    ...emptied.map(([name, row]) => `${name} is empty, which allows nothing: unset it for ${row.default}`),
    ...Object.keys(env).flatMap(name => {
      const meant = misspelt(name)
      return meant === undefined ? [] : [`${name} is no setting: did you mean ${meant}?`]
    }),
  ]
}

function misspelt(name: string): string | undefined {
  if (name.length < LEAST_LENGTH || KNOWN.includes(name)) return undefined
  const meant = closest(name.toUpperCase(), LONG)
  return distance(name.toUpperCase(), meant) <= 2 ? meant : undefined
}
