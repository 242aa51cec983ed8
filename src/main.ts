#!/usr/bin/env node
import { constants } from 'node:os'
import { EXIT, UsageError } from './commands/command.ts'
import { runProgram } from './commands/program.ts'
import { SettingsError } from './config.ts'
import { describeError, safeText } from './observe/describe-error.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** npm passes a Ctrl-C on to a process that the terminal has told already; that is no second wish to stop. */
const REPEATED_SIGNAL_MS = 1_000

/** What reaches commands as the reason of the abort. */
class Interrupted extends Error {
  override readonly name = 'AbortError'
  readonly exitCode: number
  constructor(signal: (typeof SIGNALS)[number]) {
    super(`Ended by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

const stop = new AbortController()
for (const signal of SIGNALS) {
  let firstAt = Number.POSITIVE_INFINITY
  process.on(signal, () => {
    const now = performance.now()
    if (now - firstAt > REPEATED_SIGNAL_MS) process.exit(128 + constants.signals[signal])
    firstAt = Math.min(firstAt, now)
    stop.abort(new Interrupted(signal))
  })
}
process.on('uncaughtException', error => process.exit(fail(error)))
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of `translate | head` has seen enough.
  if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE)
  throw error
})

process.exitCode = await main()

async function main(): Promise<number> {
  const interrupted = (): Interrupted | undefined => stop.signal.reason
  try {
    const exitCode = await runProgram(process.argv.slice(2), { env: process.env, signal: stop.signal })
    // A server that SIGTERM has ended in good order is done; Ctrl-C always says so.
    return interrupted()?.exitCode === 128 + constants.signals.SIGINT
      ? 128 + constants.signals.SIGINT
      : exitCode
  } catch (error) {
    const aborted = error instanceof Error && error.name === 'AbortError'
    return (aborted && interrupted()?.exitCode) || fail(error)
  }
}

/** Says on stderr what went wrong, and which exit code that is. */
function fail(error: unknown): number {
  const expected = error instanceof SettingsError || error instanceof UsageError
  process.stderr.write(`segment-to-edx: ${expected ? error.message : describeError(error)}\n`)
  if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) {
    process.stderr.write(`${safeText(error.stack ?? '')}\n`)
  }
  return expected ? EXIT.usage : EXIT.failed
}
