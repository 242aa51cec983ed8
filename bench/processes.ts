import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

/** A program under measurement; all that it writes goes to a file. */
export interface Program {
  readonly pid: number
  readonly logFile: string
  /** Null while it runs; else how it ended. */
  ended(): string | null
  /** SIGTERM, and SIGKILL where that does not end it in time. */
  stop(): Promise<void>
}

export interface ProgramSpec {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
}

const STOP_WITHIN_MS = 12_000
const alive = new Set<ChildProcess>()
/** None of them outlives this process, even where it fails. */
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

export function startProgram({ command, args, env, logFile }: ProgramSpec): Program {
  const log = openSync(logFile, 'a')
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, args, {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  alive.add(child)
  const exit = once(child, 'exit').then(() => alive.delete(child))
  return {
    pid: child.pid ?? 0,
    logFile,
    ended: () =>
      child.exitCode === null && child.signalCode === null
        ? null
        : String(child.signalCode ?? child.exitCode),
    async stop() {
      child.kill('SIGTERM')
      const killing = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      await exit
      clearTimeout(killing)
    },
  }
}

/** Runs a program to its end; throws, with what it wrote, unless it succeeds. */
export async function runProgram(spec: ProgramSpec): Promise<void> {
  const program = startProgram(spec)
  while (program.ended() === null) await new Promise(resolve => setTimeout(resolve, 20))
  if (program.ended() !== '0') {
    throw new Error(
      `${spec.command} ${spec.args.join(' ')} ended with ${program.ended()}:\n${readFileSync(spec.logFile, 'utf8').slice(-3_000)}`,
    )
  }
}

const TICKS_A_SECOND = 100

/** CPU seconds that processes have used so far; NaN where the system does not tell as Linux does. */
export const cpuSeconds = (pids: readonly number[]): number => sum(pids, pid => timesOf(pid).own)

/**
 * The same without what a JVM's compilers take: they go on for minutes after its start, whatever it has to do, and whoever
 * comes first would pay most of it.
 */
export const cpuSecondsButCompilers = (pids: readonly number[]): number =>
  sum(pids, pid => {
    const others = threadsOf(pid).filter(thread => !/^C[12] Compiler/.test(read(`/proc/${thread}/comm`)))
    // A thread may have ended by now; a process whose threads cannot be seen has no times.
    return others.length === 0 ? Number.NaN : sum(others, thread => timesOf(thread).own || 0)
  })

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(thread => `${pid}/task/${thread}`)
  } catch {
    return []
  }
}

/** CPU seconds of a process with its children, also of those that have ended. */
export function familyCpuSeconds(pid: number): number {
  const { own, ended } = timesOf(pid)
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return own + ended + cpuSeconds(children)
}

/** Of a process, or of a thread. */
function timesOf(task: number | string): { own: number; ended: number } {
  const stat = read(`/proc/${task}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (user: number, system: number) =>
    (Number(fields[user]) + Number(fields[system])) / TICKS_A_SECOND
  return { own: seconds(11, 12), ended: seconds(13, 14) }
}

/** The most memory that processes have had, in MB. */
export const peakMegabytes = (pids: readonly number[]): number =>
  sum(pids, pid => Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]) / 1024)

const sum = <T>(all: readonly T[], of: (one: T) => number) => all.reduce((total, one) => total + of(one), 0)

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
