import { CommanderError, Command as Program, Option as ProgramOption } from 'commander'
import { VERSION } from '../version.ts'
import { type Command, EXIT, type ExitCode, type Invocation, type Options, UsageError } from './command.ts'
import { COMMANDS } from './index.ts'

const NAME = 'segment-to-edx'
const EXIT_CODES = `
Exit codes:
  0    done
  1    failed, or faults were found
  2    wrong settings or usage
  130  ended by Ctrl-C (143: by SIGTERM, before it was done)`

/**
 * Parses the command line and runs the command it names. Of all commands only that one is imported, and
 * `--help` and faults of usage are answered before it runs.
 */
export async function runProgram(
  argv: readonly string[],
  context: Pick<Invocation<Options>, 'env' | 'signal'>,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done
  const program = new Program(NAME)
    .description('Segment webhook events to Avro edX tracking events through Kafka, exactly once.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [COMMAND]', 'print the help of a command')
    .showHelpAfterError(
      `Try ${NAME} ${argv[0] !== undefined && argv[0] in COMMANDS ? `${argv[0]} ` : ''}--help`,
    )
    .addHelpText('after', EXIT_CODES)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, `${NAME}:`)) })
    .exitOverride()
  const asked = argv[0] === 'help' ? argv[1] : argv[0]
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const node = program.command(name).description(summary)
    if (name !== asked) continue
    const { command } = await load()
    declare(node, command)
    node.action(async () => {
      exitCode = await command.run({ ...context, options: node.opts(), args: node.args })
    })
  }
  if (argv.length === 0) {
    program.outputHelp({ error: true })
    return EXIT.usage
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    throw error instanceof UsageError
      ? new UsageError(`${error.message}\nTry ${NAME} ${asked} --help`, { cause: error })
      : error
  }
  return exitCode
}

function declare(node: Program, command: Command): void {
  if (command.args !== undefined) node.arguments(command.args)
  for (const [name, option] of Object.entries(command.options ?? {})) {
    const flag = `--${name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)}`
    const declared = new ProgramOption(option.value ? `${flag} <${option.value}>` : flag, option.help)
    if (option.choices) declared.choices(option.choices)
    if (option.default !== undefined || option.value === undefined) declared.default(option.default ?? false)
    node.addOption(declared.makeOptionMandatory(option.required ?? false))
  }
  const examples = command.examples.map(([line, does]) => `  ${NAME} ${line}\n      ${does}`)
  if (command.details !== undefined) node.addHelpText('after', `\n${command.details}`)
  node.addHelpText('after', `\nExamples:\n${examples.join('\n')}\n${EXIT_CODES}`)
}
