import type { SettingsOf } from '../config.ts'
import type { Metrics } from '../observe/metrics.ts'
import { cachedUserDirectory } from '../users/cached-user-directory.ts'
import { type OpenUserDirectory, pgUserDirectory } from '../users/pg-user-directory.ts'

type UserSettings = Pick<
  SettingsOf<'process'>,
  'DATABASE_URL' | 'DATABASE_TIMEOUT_MS' | Extract<keyof SettingsOf<'process'>, `USERS_${string}`>
>

/** The user table of the settings, behind a cache of known users. */
export function openUsers(settings: UserSettings, metrics?: Metrics): OpenUserDirectory {
  const table = pgUserDirectory({
    get url() {
      return settings.DATABASE_URL
    },
    table: settings.USERS_TABLE,
    idColumn: settings.USERS_ID_COLUMN,
    nameColumn: settings.USERS_NAME_COLUMN,
    timeoutMs: settings.DATABASE_TIMEOUT_MS,
    ...(metrics && { metrics }),
  })
  const cache = {
    max: settings.USERS_CACHE_SIZE,
    ttlMs: settings.USERS_CACHE_TTL_MS,
    ...(metrics && { metrics }),
  }
  return { ...cachedUserDirectory(table, cache), close: table.close }
}
