import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process to run: its output is appended to `logFile`, and `endSignal` ends it with the stack. */
export type ProcessSpec = {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  readonly logFile: string
  readonly endSignal: NodeJS.Signals
}

/** A process that runs; `ended` says how it ended: a signal's name or `exit code N`. */
export type Running = { readonly pid: number; readonly ended: Promise<string> }

export type Supervisor = {
  spawn(spec: ProcessSpec): Promise<Running>
  /** Ends every process, and returns once all are gone. */
  end(): Promise<void>
}

type Report = { readonly id: number; readonly pid?: number; readonly error?: string; readonly ended?: string }

/** Starts the supervisor (see supervisor.mjs). `removeAtEnd` is the directory that goes with the processes. */
export function startSupervisor(removeAtEnd: string | undefined): Supervisor {
  const script = fileURLToPath(new URL('supervisor.mjs', import.meta.url))
  const supervisor = fork(script, removeAtEnd ? [removeAtEnd] : [], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const gone = once(supervisor, 'exit')
  const listeners = new Map<number, (report: Report) => void>()
  supervisor.on('message', (report: Report) => listeners.get(report.id)?.(report))
  let lastId = 0

  return {
    spawn(spec) {
      const id = ++lastId
      return new Promise((resolve, reject) => {
        const ended = new Promise<string>(end => {
          listeners.set(id, report => {
            if (report.pid !== undefined) resolve({ pid: report.pid, ended })
            if (report.error !== undefined) reject(new Error(`${spec.command}: ${report.error}`))
            if (report.ended !== undefined) end(report.ended)
          })
        })
        supervisor.send({ env: process.env, ...spec, id }, error => error && reject(error))
      })
    },
    async end() {
      if (supervisor.connected) supervisor.disconnect()
      await gone
    },
  }
}
