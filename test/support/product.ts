import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let serial = 0

/** Settings with which commands use topics and a group of their own on the tests' stack. */
export function ownSettings(): Record<string, string> {
  const { brokers, registryUrl, databaseUrl } = inject('stack')
  const own = `t${process.pid}-${++serial}`
  return {
    KAFKA_BROKERS: brokers.join(','),
    SCHEMA_REGISTRY_URL: registryUrl,
    DATABASE_URL: databaseUrl,
    RAW_TOPIC: `${own}.raw`,
    OUTPUT_TOPIC: `${own}.tracking`,
    ERROR_TOPIC: `${own}.errors`,
    CONSUMER_GROUP: `${own}-group`,
    TOPIC_PARTITIONS: '4',
    METRICS_PORT: '0',
    BRIDGE_PORT: '0',
    BRIDGE_DRAIN_DELAY_MS: '0',
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: 'anything',
  }
}

export interface Started {
  readonly child: ChildProcess
  /** All it has written so far. */
  output(): string
  /** Resolves with the first match of what it writes. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit code; null where a signal ended it. */
  ended(): Promise<number | null>
}

/** The product's own command as a process of its own. */
export function start(args: readonly string[], settings: Readonly<Record<string, string>>): Started {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const collect = (chunk: Buffer) => {
    text += chunk
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return {
    child,
    output: () => text,
    ended: () => exit,
    until: async pattern => {
      for (;;) {
        const match = pattern.exec(text)
        if (match) return match
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${text}`)
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    },
  }
}

export async function run(args: readonly string[], settings: Readonly<Record<string, string>>) {
  const started = start(args, settings)
  return { exitCode: await started.ended(), output: started.output() }
}
