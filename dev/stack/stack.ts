import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedServers, javaServers } from './downloads.ts'
import { type Kafka, startKafka } from './kafka.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type Progress, silent } from './progress.ts'
import { type Registry, startRegistry } from './registry.ts'
import { checkRequirements } from './requirements.ts'
import { startSupervisor } from './supervisor.ts'

export type StackOptions = {
  /** One node, or three with replication factor 3 and two in sync. Default 1. */
  readonly brokers?: 1 | 3
  /** Where the registry keeps its schemas: memory forgets them when it is restarted. Default memory. */
  readonly registryStorage?: 'memory' | 'postgres'
  /** Users to generate beside the sample ones: id 100001 is `user_100001`, and so on. Default 0. */
  readonly generatedUsers?: number
  /** Keeps the data here when the stack stops. Default: a temporary directory, removed at the end. */
  readonly dataDirectory?: string
  readonly progress?: Progress
}

/** The servers of a running stack, all on loopback. */
export type Stack = {
  readonly kafka: Kafka
  readonly registry: Registry
  readonly postgres: Postgres
  /** Where the logs are, one a server. */
  readonly directory: string
  stop(): Promise<void>
}

/**
 * Starts Kafka, Apicurio Registry and PostgreSQL. They end with `stop`, and also when this process ends without it.
 * Throws if Java or Maven is missing, or if a server does not start; then nothing runs on.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const progress = options.progress ?? silent
  await checkRequirements({ maven: !(await cachedServers()).present })
  const directory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'segment-to-edx-')))
  await mkdir(directory, { recursive: true })
  // PostgreSQL may run as another user (see installPostgres), who has to pass through.
  await chmod(directory, 0o711)
  const supervisor = startSupervisor(options.dataDirectory ? undefined : directory)
  try {
    const started = await startServers()
    return { ...started, directory, stop: () => supervisor.end() }
  } catch (error) {
    await supervisor.end()
    throw error
  }

  async function startServers() {
    const java = await javaServers(supervisor, join(directory, 'maven.log'), progress)
    const startedAt = Date.now()
    const announce = <T extends { url: string } | Kafka>(name: string, started: Promise<T>) =>
      started.then(server => {
        const address = 'url' in server ? new URL(server.url).host : server.brokers.join(',')
        progress.line(`${name} is up on ${address} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
        return server
      })
    progress.line('Starting Kafka, Apicurio Registry and PostgreSQL …')
    const common = { directory, supervisor }
    const postgres = startPostgres({ ...common, generatedUsers: options.generatedUsers ?? 0 })
    const registry = options.registryStorage === 'postgres' ? postgres : Promise.resolve(undefined)
    const [kafkaStart, registryStart, postgresStart] = await Promise.allSettled([
      announce(
        'Kafka',
        startKafka({ ...common, brokers: options.brokers ?? 1, classPath: java.kafkaClassPath }),
      ),
      announce(
        'Apicurio Registry',
        registry.then(storage => startRegistry({ ...common, jar: java.registryJar, storage })),
      ),
      announce('PostgreSQL', postgres),
    ])
    return {
      kafka: startedOrThrow(kafkaStart),
      registry: startedOrThrow(registryStart),
      postgres: startedOrThrow(postgresStart),
    }
  }
}

function startedOrThrow<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
