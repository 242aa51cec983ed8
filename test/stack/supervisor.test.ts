import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createServer, runOnce } from '../../dev/stack/server.ts'
import { startSupervisor } from '../../dev/stack/supervisor.ts'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'segment-to-edx-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function supervised(directory: string) {
  const supervisor = startSupervisor(directory)
  onTestFinished(() => supervisor.end())
  return supervisor
}

const sleeper = (directory: string) => ({
  name: 'Sleeper',
  port: 1,
  command: 'sh',
  args: ['-c', 'echo awake; exec sleep 600'],
  logFile: join(directory, 'sleeper.log'),
  endSignal: 'SIGKILL' as const,
  ready: (log: string) => log.includes('awake'),
})

test('a server can be killed and started again, and ends with the stack', async () => {
  const directory = temporaryDirectory()
  const supervisor = supervised(directory)
  const server = createServer(supervisor, sleeper(directory))
  await server.start()
  const first = server.pid ?? 0
  await server.kill()
  expect(server.pid).toBeUndefined()
  expect(isAlive(first)).toBe(false)

  await server.start()
  const second = server.pid ?? 0
  expect(isAlive(second)).toBe(true)
  await supervisor.end()
  expect(isAlive(second)).toBe(false)
  expect(existsSync(directory)).toBe(false)
})

test('a server that ends while it starts is reported with the end of its log', async () => {
  const directory = temporaryDirectory()
  const server = createServer(supervised(directory), {
    ...sleeper(directory),
    args: ['-c', 'echo no space left; exit 3'],
    ready: () => false,
  })
  const { message } = await server.start().then(
    () => expect.unreachable(),
    (error: Error) => error,
  )
  const keptLog =
    message.match(/^Sleeper ended \(exit code 3\) while starting\. Its log is (.*sleeper\.log), /)?.[1] ?? ''
  onTestFinished(() => rmSync(keptLog))
  expect(readFileSync(keptLog, 'utf8')).toBe('no space left\n')
  expect(message).toMatch(/and ends:\n {2}no space left$/)
})

test('a program that cannot run is reported by name', async () => {
  const directory = temporaryDirectory()
  const absent = { ...sleeper(directory), command: 'no-such-program' }
  await expect(runOnce(supervised(directory), absent)).rejects.toThrow('no-such-program')
})

test('servers and their directory go when the program that started them is killed', async () => {
  const directory = temporaryDirectory()
  const program = join(temporaryDirectory(), 'program.mjs')
  writeFileSync(
    program,
    `import { startSupervisor } from ${JSON.stringify(join(process.cwd(), 'dev/stack/supervisor.ts'))}
     const spec = { command: 'sleep', args: ['600'], logFile: ${JSON.stringify(join(directory, 'log'))} }
     const { pid } = await startSupervisor(${JSON.stringify(directory)}).spawn({ ...spec, endSignal: 'SIGKILL' })
     process.send(pid)`,
  )
  const parent: ChildProcess = fork(program, { execArgv: ['--import', 'tsx'] })
  const [pid] = (await once(parent, 'message')) as [number]
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await vi.waitUntil(() => !isAlive(pid) && !existsSync(directory), { timeout: 15_000 })
})
