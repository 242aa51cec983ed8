import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Product, startProduct } from '../product.ts'

/** A server of the product: the bridge, or a processor. Its log goes to a file. */
export interface Running {
  readonly child: ChildProcess
  /** Of its metrics and health. */
  readonly url: string
  /** Of the webhook, where it is the bridge. */
  readonly webhook: string
  readonly log: string
  stop(): Promise<void>
}

type Environment = Readonly<Record<string, string>>

/** Long enough for a busy machine. */
const READY_WITHIN_MS = 60_000
const POLL_MS = 100

/** Runs a command to its end, its output on this terminal. Throws unless it succeeds. */
export async function runCommand(args: readonly string[], env: Environment): Promise<void> {
  const product = startProduct(args, env)
  product.child.stdout?.pipe(process.stdout, { end: false })
  product.child.stderr?.pipe(process.stderr, { end: false })
  const code = await product.ended()
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`)
}

/** Starts a server and waits until it says where its metrics are, and that it is ready. */
export async function startServer(name: string, env: Environment, log: string): Promise<Running> {
  const product = startProduct([name], { METRICS_PORT: '0', ...env }, { logFile: log })
  const [, url = ''] = await product.until(/"event":"started".*?"url":"([^"]+)"/)
  await untilReady(name, url, product)
  const webhook = /"event":"listening".*?is served at ([^"]+)"/.exec(product.output())?.[1] ?? ''
  const stop = async () => {
    product.child.kill('SIGTERM')
    await product.ended()
  }
  return { child: product.child, url, webhook, log, stop }
}

async function untilReady(name: string, url: string, { child }: Product): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`)
    const response = await fetch(`${url}/readyz`)
    if (response.ok) return
    if (Date.now() > deadline)
      throw new Error(`${name} is not ready after a minute: ${await response.text()}`)
    await sleep(POLL_MS)
  }
}
