/** What the program can end with, as `--help` says it. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Wrong use of the command line that only the command itself can see: exit code 2. */
export class UsageError extends Error {}

interface Option {
  /** What `--help` calls its value, such as FILE. An option without it is a switch. */
  readonly value?: string
  readonly help: string
  readonly choices?: readonly string[]
  readonly default?: string
  readonly required?: true
}

/** Options by their name in camel case: `requestPath` is `--request-path`. */
export type Options = Readonly<Record<string, Option>>

type OptionText<O extends Option> = O extends { choices: readonly (infer Choice)[] } ? Choice : string
type OptionValue<O extends Option> = O extends { value: string }
  ? OptionText<O> | (O extends { default: string } | { required: true } ? never : undefined)
  : boolean

export interface Invocation<O extends Options> {
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> }
  /** The operands, in order. */
  readonly args: readonly string[]
  /** Where the settings are read from: `readSettings(env, …)`. */
  readonly env: NodeJS.ProcessEnv
  /** Aborted by Ctrl-C and SIGTERM. `run` then ends soon: finishes what is in hand, closes, and returns. */
  readonly signal: AbortSignal
}

/** A command of the program, in a file of its own; its name and summary stand in the table of index.ts. */
export interface Command<O extends Options = Options> {
  /** Operands in commander's notation: `[FILE...]` may be left out, `<FILE>` may not. */
  readonly args?: string
  readonly options?: O
  /** What follows the summary in the command's own `--help`. */
  readonly details?: string
  /** Command lines without the program's name, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, does: string])[]
  /** Whatever it throws ends as one line on stderr and exit code 1 (2: SettingsError, UsageError). */
  run(invocation: Invocation<O>): Promise<ExitCode>
}

/** Gives `run` the type of the options declared beside it. */
export function defineCommand<const O extends Options>(command: Command<O>): Command<O> {
  return command
}
