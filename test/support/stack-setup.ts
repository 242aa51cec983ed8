import { spawnSync } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import type { Certificates } from '../../dev/stack/certificates.ts'
import { terminalProgress } from '../../dev/stack/progress.ts'
import { startStack } from '../../dev/stack/stack.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the real servers are; `inject('stack')` in a test of the project `servers`. */
    stack: {
      brokers: string[]
      registryUrl: string
      databaseUrl: string
      javaClassPath: string
      secured: Secured | null
    }
  }
}

/** The same servers behind TLS, and Kafka behind passwords and ACLs; null where OpenSSL is missing. */
interface Secured {
  readonly saslSsl: string
  readonly ssl: string
  readonly certificates: Certificates
}

/** Users of the secured Kafka, by the command that each of them is for; nobody else knows their passwords. */
const USERS = [
  ...['setup', 'bridge', 'process', 'replay', 'errors', 'export', 'compare', 'find', 'doctor', 'nobody'],
]
export const passwordOf = (user: string) => `${user}-password`

/** Starts one stack for all tests against real servers, and ends it after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack({
    progress: terminalProgress(),
    generatedUsers: 500,
    ...(!spawnSync('openssl', ['version']).error && {
      users: USERS.map(name => ({ name, password: passwordOf(name) })),
    }),
  })
  const { kafka, certificates } = stack
  project.provide('stack', {
    brokers: [...stack.kafka.brokers],
    registryUrl: stack.registry.url,
    databaseUrl: stack.postgres.url,
    javaClassPath: stack.javaClassPath,
    secured: kafka.secured && certificates ? { ...kafka.secured, certificates } : null,
  })
  return stack.stop
}
