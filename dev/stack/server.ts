import { copyFile, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessSpec, Running, Supervisor } from './supervisor.ts'

const START_TIMEOUT_MS = 90_000
const POLL_INTERVAL_MS = 50

/** One server of the stack. It keeps its port and its data when it is killed and started again. */
export type Server = {
  readonly name: string
  readonly port: number
  readonly logFile: string
  /** The process id, or undefined while the server is down. */
  readonly pid: number | undefined
  /** Starts it and returns once it answers. */
  start(): Promise<void>
  /** Sends a signal and does not wait, for SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void
  /** Sends a signal (SIGKILL unless told) and returns once the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

export type ServerSpec = ProcessSpec & {
  readonly name: string
  readonly port: number
  /** Whether it serves; `log` is what it has written since it was started. */
  ready(log: string): boolean | Promise<boolean>
}

/** A start that failed, with the end of the server's log. */
export class StartError extends Error {
  /** Somebody else took the port between the choice and the start: choose again. */
  readonly portTaken: boolean

  constructor(message: string, log: string) {
    super(`${message}\n${lastLines(log)}`)
    this.name = 'StartError'
    this.portTaken = /address already in use|BindException|Port \d+ seems to be in use/i.test(log)
  }
}

/** Creates a server; nothing runs before `start`. */
export function createServer(supervisor: Supervisor, spec: ServerSpec): Server {
  let running: Running | undefined

  const server: Server = {
    name: spec.name,
    port: spec.port,
    logFile: spec.logFile,
    get pid() {
      return running?.pid
    },
    async start() {
      if (running) throw new Error(`${spec.name} is already running`)
      const logStart = (await readLog(spec.logFile)).length
      const started = await supervisor.spawn(spec)
      running = started
      let ended: string | undefined
      void started.ended.then(how => {
        ended = how
        if (running === started) running = undefined
      })
      const deadline = Date.now() + START_TIMEOUT_MS
      for (;;) {
        const log = (await readLog(spec.logFile)).slice(logStart)
        if (ended !== undefined) throw await startError(spec, `ended (${ended}) while starting`, log)
        if (await spec.ready(log)) return
        if (Date.now() > deadline)
          throw await startError(spec, `did not answer in ${START_TIMEOUT_MS} ms`, log)
        await sleep(POLL_INTERVAL_MS)
      }
    },
    signal(signal) {
      if (running) process.kill(running.pid, signal)
    },
    async kill(signal = 'SIGKILL') {
      const target = running
      if (!target) return
      process.kill(target.pid, signal)
      await target.ended
    },
  }
  return server
}

/** Runs a program to its end; throws with the end of its log if it fails. */
export async function runOnce(supervisor: Supervisor, spec: ProcessSpec & { readonly name: string }) {
  const { ended } = await supervisor.spawn(spec)
  const how = await ended
  if (how !== 'exit code 0') throw await startError(spec, `failed (${how})`, await readLog(spec.logFile))
}

/** The log is copied out of the stack's directory, which is removed when the start is given up. */
async function startError(
  spec: { name: string; logFile: string },
  what: string,
  log: string,
): Promise<StartError> {
  const kept = join(tmpdir(), `segment-to-edx-${process.pid}-${basename(spec.logFile)}`)
  await copyFile(spec.logFile, kept)
  return new StartError(`${spec.name} ${what}. Its log is ${kept}, and ends:`, log)
}

export async function readLog(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
}

export function lastLines(text: string, count = 15): string {
  const lines = text.trimEnd().split(/[\r\n]+/)
  return lines
    .slice(-count)
    .map(line => `  ${line}`)
    .join('\n')
}
