import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A command of the product as a process of its own; its log goes to a file. */
export interface Running {
  readonly child: ChildProcess
  /** Of its metrics and health. */
  readonly url: string
  /** Of the webhook, once the bridge says where it listens. */
  readonly webhook: string
  readonly log: string
  stop(): Promise<void>
}

type Environment = NodeJS.ProcessEnv

const spawnCommand = (args: readonly string[], env: Environment, stdio: 'pipe' | 'inherit' = 'pipe') =>
  spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdio, stdio],
    // Ctrl-C on a terminal goes to its whole process group: here only to the demo, which ends the others in order.
    detached: true,
  })

/** Runs a command to its end, its output on this terminal. Throws unless it succeeds. */
export async function runCommand(args: readonly string[], env: Environment): Promise<void> {
  const [code] = await once(spawnCommand(args, env, 'inherit'), 'exit')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`)
}

/** Starts a server and waits until it says where its metrics are, and that it is ready. */
export async function startServer(name: string, env: Environment, log: string): Promise<Running> {
  const child = spawnCommand([name], { METRICS_PORT: '0', ...env })
  // Also where the demo itself fails.
  process.once('exit', () => child.kill('SIGKILL'))
  const file = createWriteStream(log, { flags: 'a' })
  child.stdout?.pipe(file)
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      file.write(chunk)
      if (text.length < 100_000) text += chunk
      const started = /"event":"started".*?"url":"([^"]+)"/.exec(text)?.[1]
      if (started) resolve(started)
    })
    child.once('exit', code =>
      reject(new Error(`${name} ended with exit code ${code}: see ${log}\n${text.slice(-500)}`)),
    )
  })
  await untilReady(name, url, child)
  const webhook = /"event":"listening".*?is served at ([^"]+)"/.exec(text)?.[1] ?? ''
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { child, url, webhook, log, stop }
}

async function untilReady(name: string, url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`)
    const response = await fetch(`${url}/readyz`)
    if (response.ok) return
    if (Date.now() > deadline)
      throw new Error(`${name} is not ready after a minute: ${await response.text()}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
