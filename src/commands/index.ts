import type { Command, Options } from './command.ts'

interface Row {
  readonly summary: string
  /** Imports the command, and with it its clients, only when it is asked for. */
  readonly load: () => Promise<Command<Options>>
}

/** Every command of the program, in the order of `--help`. A name of two words is a group and its member. */
export const COMMANDS: Readonly<Record<string, Row>> = {}
