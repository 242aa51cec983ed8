import type { Command, Options } from './command.ts'

interface Row {
  readonly summary: string
  /** Imports the command, and with it its clients, only when it is asked for. */
  readonly load: () => Promise<{ readonly command: Command<Options> }>
}

/** Every command of the program, in the order of `--help`. */
export const COMMANDS: Readonly<Record<string, Row>> = {}
