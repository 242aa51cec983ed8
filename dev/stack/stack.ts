import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Certificates, makeCertificates } from './certificates.ts'
import { cachedServers, javaServers } from './downloads.ts'
import { type Kafka, startKafka } from './kafka.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type Progress, silent } from './progress.ts'
import { type Registry, startRegistry } from './registry.ts'
import { checkRequirements } from './requirements.ts'
import type { KafkaUser } from './secured-kafka.ts'
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
  /** Lets the JVM compile Kafka thoroughly: a slower start, a faster broker. Default false. */
  readonly forMeasuring?: boolean
  /** Kafka also listens behind proxies, which are the caller's to start: see `Kafka.nodes`. Default false. */
  readonly proxied?: boolean
  /** These also find Kafka behind TLS, passwords and ACLs, and PostgreSQL behind TLS. Default: nobody. */
  readonly users?: readonly KafkaUser[]
  readonly progress?: Progress
}

/** The servers of a running stack, all on loopback. */
export type Stack = {
  readonly kafka: Kafka
  readonly registry: Registry
  readonly postgres: Postgres
  /** Kafka's own client, and Avro's own library. */
  readonly javaClassPath: string
  /** Of the secured servers. */
  readonly certificates: Certificates | undefined
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
    const { brokers = 1, generatedUsers = 0, forMeasuring = false, registryStorage = 'memory' } = options
    const { proxied = false } = options
    const common = { directory, supervisor }
    const certificates = options.users && (await makeCertificates(directory))
    const secured = options.users && certificates ? { certificates, users: options.users } : undefined
    progress.line('Starting Kafka, Apicurio Registry and PostgreSQL …')
    const announce = announcer(progress)

    const kafka = startKafka({
      ...{ ...common, brokers, classPath: java.kafkaClassPath },
      ...{ forMeasuring, proxied, secured },
    })
    const postgres = startPostgres({ ...common, generatedUsers, certificates })
    const storage = registryStorage === 'postgres' ? postgres : Promise.resolve(undefined)
    const registry = storage.then(storage => startRegistry({ ...common, jar: java.registryJar, storage }))
    const starts = await Promise.allSettled([
      announce(kafka, 'Kafka', server => server.brokers.join(', ')),
      announce(registry, 'Apicurio Registry', server => `127.0.0.1:${server.port}`),
      announce(postgres, 'PostgreSQL', server => `127.0.0.1:${server.port}`),
    ])
    return {
      kafka: startedOrThrow(starts[0]),
      registry: startedOrThrow(starts[1]),
      postgres: startedOrThrow(starts[2]),
      javaClassPath: `${java.kafkaClassPath}:${java.registryLibraries}`,
      certificates,
    }
  }
}

/** Says of each server, once it is up, where it is and how long it took. */
function announcer(progress: Progress) {
  const startedAt = Date.now()
  return async <T>(starting: Promise<T>, name: string, address: (server: T) => string): Promise<T> => {
    const server = await starting
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    progress.line(`  ${name} is up on ${address(server)} after ${seconds} s`)
    return server
  }
}

/** The first fault is thrown only when every start has come to its end, so that none writes on behind the stop. */
function startedOrThrow<T>(start: PromiseSettledResult<T>): T {
  if (start.status === 'rejected') throw start.reason
  return start.value
}
