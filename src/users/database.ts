import pgPromise from 'pg-promise'

export interface DatabaseOptions {
  /** Its `sslmode` decides on TLS. */
  readonly url: string
  /** For connecting, and for one query. */
  readonly timeoutMs: number
}

/** A process asks for one batch at a time. */
const CONNECTIONS = 2
const pgp = pgPromise({ noWarnings: true })

/** A name as SQL has to have it. */
export const quoted = pgp.as.name
/** The same where a schema may stand before it. */
export const quotedTable = (table: string): string => table.split('.').map(quoted).join('.')

/** PostgreSQL, for reading; connections are made when they are needed. */
export const openDatabase = ({ url, timeoutMs }: DatabaseOptions) =>
  pgp({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'segment-to-edx',
    // pg hands it on to the server; its types do not know it.
    ...{ options: '-c default_transaction_read_only=on' },
  })

/** What went wrong, where, and what to look at. */
export const unreadableUsers = (table: string, url: string, cause: unknown): Error =>
  new Error(`The users could not be read from ${table} at ${placeOf(url)}${hintOf(cause)}`, { cause })

/** Host and database, without the credentials that stand in the URL too. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

/** What to look at, by the class of PostgreSQL's own error code. */
function hintOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('28')) return ' (check the user and the password of DATABASE_URL)'
  if (code.startsWith('3D')) return ' (check the name of the database in DATABASE_URL)'
  if (code.startsWith('42'))
    return ' (check USERS_TABLE, USERS_ID_COLUMN and USERS_NAME_COLUMN, and that the user may read them)'
  return ''
}
