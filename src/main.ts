#!/usr/bin/env node
import { constants } from 'node:os'
import { EXIT, UsageError } from './commands/command.ts'
import { runProgram } from './commands/program.ts'
import { SettingsError } from './config.ts'
import { describeError, safeText } from './observe/describe-error.ts'

const exitCodeOf = (signal: 'SIGINT' | 'SIGTERM' | 'SIGPIPE') => 128 + constants.signals[signal]
/** npm passes on a Ctrl-C that the terminal has sent as well; that is no second wish to stop. */
const REPEATED_SIGNAL_MS = 1_000
/** What a client has left open does not keep a finished program alive for longer. */
const LINGER_MS = 2_000

const stop = new AbortController()
let stoppedBy: 'SIGINT' | 'SIGTERM' | undefined
let stoppedAt = 0

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stoppedBy === undefined) {
      stoppedBy = signal
      stoppedAt = performance.now()
      stop.abort()
    } else if (performance.now() - stoppedAt > REPEATED_SIGNAL_MS) {
      process.exit(exitCodeOf(signal))
    }
  })
}
process.on('uncaughtException', error => process.exit(fail(error)))
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of `translate … | head` has seen enough.
  if (error.code === 'EPIPE') process.exit(exitCodeOf('SIGPIPE'))
  throw error
})

process.exitCode = await main()
setTimeout(() => process.exit(), LINGER_MS).unref()

async function main(): Promise<number> {
  try {
    const exitCode = await runProgram(process.argv.slice(2), { env: process.env, signal: stop.signal })
    // SIGTERM is how a server ends in good order; Ctrl-C always shows.
    return stoppedBy === 'SIGINT' ? exitCodeOf('SIGINT') : exitCode
  } catch (error) {
    const aborted = error instanceof Error && error.name === 'AbortError'
    return aborted && stoppedBy !== undefined ? exitCodeOf(stoppedBy) : fail(error)
  }
}

/** Says on stderr what went wrong, and which exit code that is. */
function fail(error: unknown): number {
  const expected = error instanceof SettingsError || error instanceof UsageError
  process.stderr.write(`segment-to-edx: ${expected ? error.message : describeError(error)}\n`)
  if (process.env['LOG_LEVEL']?.toLowerCase() === 'debug' && error instanceof Error) {
    process.stderr.write(`${safeText(error.stack ?? '')}\n`)
  }
  return expected ? EXIT.usage : EXIT.failed
}
