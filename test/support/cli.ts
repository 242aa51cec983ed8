import { type ChildProcess, spawn, spawnSync } from 'node:child_process'

const PROGRAM = ['--import', 'tsx', 'src/main.ts']
/** What a person's shell would have without any setting of the product. */
const BARE = { PATH: process.env['PATH'] }

/** Runs the program to its end, as a user would. */
export function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}, input = '') {
  const options = { env: { ...BARE, ...env }, input, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [...PROGRAM, ...argv], options)
  return { status, stdout, stderr }
}

/** Starts the program with pipes on all its streams. */
export function start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...PROGRAM, ...argv], { env: { ...BARE, ...env }, stdio: 'pipe' })
}
