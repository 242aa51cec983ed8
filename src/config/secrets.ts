import { unescape as unescapePercent } from 'node:querystring'
import type { Setting } from './setting.ts'
import { SETTINGS } from './table.ts'

/** Cutting out a shorter text would only garble what is left. */
const LEAST_LENGTH = 4

/** Every text that must not be seen: the secrets among settings that were read, and the passwords in their URLs. */
export function secretTexts(settings: object): string[] {
  const rows: Readonly<Record<string, Setting>> = SETTINGS
  return Object.entries(settings)
    .flatMap(([name, value]) => {
      if (!rows[name]?.secret || typeof value !== 'string') return []
      const password = URL.canParse(value) ? new URL(value).password : ''
      return [value, password, unescapePercent(password)]
    })
    .filter(text => text.length >= LEAST_LENGTH)
}
