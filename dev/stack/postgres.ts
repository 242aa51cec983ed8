import { chmod, chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pgPromise from 'pg-promise'
import type { Certificates } from './certificates.ts'
import { withFreePorts } from './ports.ts'
import { installPostgres, type PostgresInstallation } from './postgres-binaries.ts'
import { createServer, runOnce, type Server } from './server.ts'
import type { Supervisor } from './supervisor.ts'

const USER = 'edxapp'
const PASSWORD = 'sample-password'
const USERS_DATABASE = 'edxapp'
const REGISTRY_DATABASE = 'registry'
const FIRST_GENERATED_ID = 100_001

export type Postgres = Server & {
  /** The database with edX's users. */
  readonly url: string
  /** The registry's database, for JDBC. */
  readonly registry: { readonly url: string; readonly user: string; readonly password: string }
}

type PostgresOptions = {
  readonly directory: string
  readonly supervisor: Supervisor
  /** How many users to generate beside the sample ones: `user_100001` with id 100001 and so on. */
  readonly generatedUsers: number
  /** With them it also speaks TLS. */
  readonly certificates?: Certificates | undefined
}

/** Starts PostgreSQL with `auth_user` filled and an empty database for the registry. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const installation = await installPostgres(options.directory)
  const dataDirectory = join(options.directory, 'postgres-data')
  await initialise(installation, dataDirectory, options)
  const tls = options.certificates ? await tlsSettings(installation, dataDirectory, options.certificates) : {}
  return withFreePorts(1, async (port = 0) => {
    const server = createServer(options.supervisor, {
      name: 'PostgreSQL',
      port,
      command: installation.postgres,
      args: ['-D', dataDirectory, '-p', String(port), ...argumentsOf({ ...SETTINGS, ...tls })],
      owner: installation.owner,
      logFile: join(options.directory, 'postgres.log'),
      // Immediate shutdown: ends as fast as SIGKILL, and gives its shared memory back.
      endSignal: 'SIGQUIT',
      ready: log => log.includes('database system is ready to accept connections'),
    })
    await server.start()
    const url = (database: string) => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`
    await fill(url, options.generatedUsers)
    return Object.defineProperties(server, {
      url: { value: url(USERS_DATABASE), enumerable: true },
      registry: {
        value: {
          url: `jdbc:postgresql://127.0.0.1:${port}/${REGISTRY_DATABASE}`,
          user: USER,
          password: PASSWORD,
        },
        enumerable: true,
      },
    }) as Postgres
  })
}

/** Loopback only, and no socket file. Without fsync a killed server still recovers; only a killed machine does not. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'off',
}

const argumentsOf = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** The server reads its key only from a file of its own. */
async function tlsSettings({ owner }: PostgresInstallation, directory: string, { server }: Certificates) {
  const [cert, key] = [join(directory, 'server.pem'), join(directory, 'server.key')]
  await copyFile(server.cert, cert)
  await copyFile(server.key, key)
  await chmod(key, 0o600)
  if (owner) await Promise.all([cert, key].map(path => chown(path, owner.uid, owner.gid)))
  return { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key }
}

async function initialise(
  { initdb, owner }: PostgresInstallation,
  dataDirectory: string,
  { directory, supervisor }: PostgresOptions,
) {
  const created = await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  if (!created) return
  const passwordFile = join(directory, 'postgres-password')
  await writeFile(passwordFile, PASSWORD)
  if (owner) await Promise.all([dataDirectory, passwordFile].map(path => chown(path, owner.uid, owner.gid)))
  const files = [`--pgdata=${dataDirectory}`, `--pwfile=${passwordFile}`, '--no-sync']
  const text = ['--encoding=UTF8', '--locale=C']
  await runOnce(supervisor, {
    name: 'Creating the PostgreSQL cluster',
    command: initdb,
    args: [...files, ...text, `--username=${USER}`, '--auth=scram-sha-256'],
    owner,
    logFile: join(directory, 'initdb.log'),
    endSignal: 'SIGTERM',
  })
}

async function fill(url: (database: string) => string, generatedUsers: number) {
  await onDatabase(url('postgres'), async sql => {
    const names = await sql.map('select datname from pg_database', [], row => row.datname as string)
    for (const name of [USERS_DATABASE, REGISTRY_DATABASE]) {
      if (!names.includes(name)) await sql.none('create database $1:name', [name])
    }
  })
  await onDatabase(url(USERS_DATABASE), async sql => {
    await sql.none(await readFile(fileURLToPath(new URL('auth_user.sql', import.meta.url)), 'utf8'))
    await sql.none(
      `insert into auth_user select id, 'user_' || id from generate_series($1, $1 + $2 - 1) as id on conflict do nothing`,
      [FIRST_GENERATED_ID, generatedUsers],
    )
  })
}

async function onDatabase(url: string, work: (sql: pgPromise.IDatabase<unknown>) => Promise<void>) {
  const sql = pgPromise({ noWarnings: true })(url)
  try {
    await work(sql)
  } finally {
    await sql.$pool.end()
  }
}
