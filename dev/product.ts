import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const POLL_MS = 50

type Environment = Readonly<Record<string, string | undefined>>

/** One of the product's commands as a process of its own. */
export interface Product {
  readonly child: ChildProcess
  /** All that it has written so far. */
  output(): string
  /** Resolves with the first match in what it writes; throws if it ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit code; null where a signal ended it. */
  ended(): Promise<number | null>
}

export interface ProductOptions {
  /** A file to which all that it writes is appended. */
  readonly logFile?: string
  /** A module that is loaded before the command, as to break something in it. */
  readonly preload?: string
}

/**
 * Starts `segment-to-edx ARGUMENTS…` from the sources, with these settings and none of this process's own. Ctrl-C on
 * a terminal goes to its whole process group: this child is in another, and ended by whoever started it.
 */
export function startProduct(
  args: readonly string[],
  settings: Environment,
  { logFile, preload }: ProductOptions = {},
): Product {
  const imports = ['tsx', ...(preload ? [preload] : [])].flatMap(module => ['--import', module])
  const child = spawn(process.execPath, [...imports, 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...ciRun(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  alive.add(child)
  const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : null
  let text = ''
  const collect = (chunk: Buffer) => {
    text += chunk
    log?.write(chunk)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  // Not `exit`, at which some of its output may still be on its way.
  const exit = once(child, 'close').then(([code]) => {
    alive.delete(child)
    log?.end()
    return code as number | null
  })
  return {
    child,
    output: () => text,
    ended: () => exit,
    async until(pattern) {
      for (;;) {
        const match = pattern.exec(text)
        if (match) return match
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`${args.join(' ')} ended with ${child.exitCode ?? child.signalCode}:\n${text}`)
        }
        await sleep(POLL_MS)
      }
    },
  }
}

/** None of them outlives this process, even where it fails. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** By which .ci/run finds what is left of its run. */
const ciRun = () => {
  const id = process.env['SEGEDX_CI_RUN']
  return id === undefined ? {} : { SEGEDX_CI_RUN: id }
}
