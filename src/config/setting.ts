import type { Kind } from './kinds.ts'

/** Commands that read settings. */
export type CommandName =
  | 'bridge'
  | 'compare'
  | 'doctor'
  | 'errors'
  | 'export'
  | 'find'
  | 'process'
  | 'replay'
  | 'schema'
  | 'setup'
  | 'translate'

/** A row of the settings table: its kind, and what is said of it here. */
export interface Setting extends Kind<unknown> {
  readonly unit?: 'ms' | 'bytes'
  /** As one would write it in the environment. */
  readonly default?: string
  readonly purpose: string
  readonly usedBy: readonly CommandName[]
  /** Of those that use it, the commands that cannot start without it. */
  readonly requiredBy?: readonly CommandName[]
  /** Never shown or logged. */
  readonly secret?: true
  /** NAME_FILE, the path of a file that holds the value, may be given instead. True of every secret. */
  readonly file?: true
}

/** What is wrong with which setting. The value of a secret never stands in it. */
export interface SettingFault {
  readonly name: string
  readonly problem: string
}
