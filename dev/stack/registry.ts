import { join } from 'node:path'
import { withFreePorts } from './ports.ts'
import type { Postgres } from './postgres.ts'
import { javaCommand } from './requirements.ts'
import { createServer, type Server } from './server.ts'
import type { Supervisor } from './supervisor.ts'

/** It is asked a few times a run: compiling its code well would cost more than it gives. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx384m']

export type Registry = Server & {
  /** The base of its Confluent-compatible API. */
  readonly url: string
}

type RegistryOptions = {
  readonly jar: string
  readonly directory: string
  readonly supervisor: Supervisor
  /** Where it keeps its data; without it in memory, so that a restart forgets every schema. */
  readonly storage: Postgres | undefined
}

/** Starts Apicurio Registry. */
export function startRegistry(options: RegistryOptions): Promise<Registry> {
  return withFreePorts(1, async (port = 0) => {
    const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
    const server = createServer(options.supervisor, {
      name: 'Apicurio Registry',
      port,
      command: javaCommand,
      args: [...QUICK_START, `-Djava.io.tmpdir=${options.directory}`, '-jar', options.jar],
      env: {
        ...process.env,
        QUARKUS_HTTP_HOST: '127.0.0.1',
        QUARKUS_HTTP_PORT: String(port),
        ...(options.storage && storageSettings(options.storage)),
      },
      logFile: join(options.directory, 'registry.log'),
      endSignal: 'SIGKILL',
      ready: () => answers(`${url}/subjects`),
    })
    await server.start()
    return Object.defineProperty(server, 'url', { value: url, enumerable: true }) as Registry
  })
}

function storageSettings({ registry }: Postgres) {
  return {
    APICURIO_STORAGE_KIND: 'sql',
    APICURIO_STORAGE_SQL_KIND: 'postgresql',
    APICURIO_DATASOURCE_URL: registry.url,
    APICURIO_DATASOURCE_USERNAME: registry.user,
    APICURIO_DATASOURCE_PASSWORD: registry.password,
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
