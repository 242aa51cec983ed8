import type { TestProject } from 'vitest/node'
import { terminalProgress } from '../../dev/stack/progress.ts'
import { startStack } from '../../dev/stack/stack.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the real servers are; `inject('stack')` in a test of the project `servers`. */
    stack: { brokers: string[]; registryUrl: string; databaseUrl: string; javaClassPath: string }
  }
}

/** Starts one stack for all tests against real servers, and ends it after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack({ progress: terminalProgress(), generatedUsers: 500 })
  project.provide('stack', {
    brokers: [...stack.kafka.brokers],
    registryUrl: stack.registry.url,
    databaseUrl: stack.postgres.url,
    javaClassPath: stack.javaClassPath,
  })
  return stack.stop
}
