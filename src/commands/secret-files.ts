import { secretTexts } from '../config/secrets.ts'
import type { CommandName, Setting } from '../config/setting.ts'
import { SETTINGS } from '../config/table.ts'
import { readSettings, SettingsError } from '../config.ts'
import type { Log } from '../observe/log.ts'

/**
 * On SIGHUP reads again what NAME_FILE names, into the very object that the command holds: who asks it for a
 * secret each time has the new one. Where the settings have become wrong, all of the old ones stay.
 */
export function followSecrets(
  command: CommandName,
  env: NodeJS.ProcessEnv,
  settings: object,
  { log, secrets }: { readonly log: Log; readonly secrets: string[] },
): void {
  process.on('SIGHUP', () => {
    try {
      const fresh: object = readSettings(env, command)
      const changed = changesOf(settings, fresh)
      secrets.push(...secretTexts(fresh))
      Object.assign(settings, changed)
      const names = Object.keys(changed)
      log.info({ event: 'secrets_read', names }, `Read the secrets again: ${names.length} changed`)
    } catch (err) {
      if (!(err instanceof SettingsError)) throw err
      log.error({ event: 'secrets_wrong', err }, 'The secrets could not be read again; the old ones stay')
    }
  })
}

/** Of settings that may come from files, those that are not as before. */
function changesOf(settings: object, fresh: object): object {
  const rows: Readonly<Record<string, Setting>> = SETTINGS
  const before: Readonly<Record<string, unknown>> = { ...settings }
  return Object.fromEntries(
    Object.entries(fresh).filter(([name, value]) => rows[name]?.file && value !== before[name]),
  )
}
