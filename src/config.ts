import { crossFaults } from './config/cross-faults.ts'
import { readSetting } from './config/read-setting.ts'
import type { CommandName, Setting, SettingFault } from './config/setting.ts'
import { SETTINGS, type Settings, type SettingsOf } from './config/table.ts'

export type { Settings, SettingsOf } from './config/table.ts'

/** The environment cannot be used as it is; the message lists every fault. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly SettingFault[]
  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map(({ name, problem }) => `\n  ${name} ${problem}`)
    super(`wrong settings (docs/settings.md describes each):${lines.join('')}`)
    this.faults = faults
  }
}

/**
 * Reads the settings that a command uses (without a command: all there are) from environment variables, and
 * secrets also from the files that NAME_FILE names. Throws SettingsError with every fault at once.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings
export function readSettings<C extends CommandName>(env: NodeJS.ProcessEnv, command: C): SettingsOf<C>
export function readSettings(env: NodeJS.ProcessEnv, command?: CommandName): object {
  const values: Record<string, unknown> = {}
  const faults: SettingFault[] = []
  for (const [name, row] of Object.entries<Setting>(SETTINGS)) {
    if (command !== undefined && !row.usedBy.includes(command)) continue
    const requiredBy = row.requiredBy ?? []
    const required = command === undefined ? requiredBy.length > 0 : requiredBy.includes(command)
    const reading = readSetting(env, name, row, required)
    if ('value' in reading) values[name] = reading.value
    else faults.push({ name, problem: reading.problem })
  }
  faults.push(...crossFaults(values))
  if (faults.length > 0) throw new SettingsError(faults)
  return values
}
