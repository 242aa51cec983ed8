import pgPromise from 'pg-promise'
import type { Metrics } from '../observe/metrics.ts'
import type { UserDirectory } from '../ports.ts'

export interface PgUserDirectoryOptions {
  readonly url: string
  /** A schema may stand before the table's name. */
  readonly table: string
  readonly idColumn: string
  readonly nameColumn: string
  readonly timeoutMs: number
  readonly metrics?: Metrics
}

export interface OpenUserDirectory extends UserDirectory {
  close(): Promise<void>
}

const POOL = 4
const pgp = pgPromise({ capSQL: true, noWarnings: true })

/**
 * edX's user table, read only, one query a call. The ids go as bigint[], so that none is out of range for the
 * question, and a column of 32-bit integers still answers from its index. Throws while the database is down.
 */
export function pgUserDirectory(options: PgUserDirectoryOptions): OpenUserDirectory {
  const { url, table, idColumn, nameColumn, timeoutMs, metrics } = options
  const { name: quote } = pgp.as
  const from = table
    .split('.')
    .map(part => quote(part))
    .join('.')
  const text = `SELECT ${quote(idColumn)} AS id, ${quote(nameColumn)} AS username FROM ${from} WHERE ${quote(idColumn)} = ANY($1::bigint[])`
  const db = pgp({
    connectionString: url,
    max: POOL,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'segment-to-edx',
    // pg hands these on to the server; its types do not know them.
    ...{ options: '-c default_transaction_read_only=on' },
  })
  return {
    async find(ids) {
      if (ids.length === 0) return new Map()
      const startedAt = performance.now()
      const observe = (result: 'ok' | 'error') =>
        metrics?.observe(
          'db_query_duration_seconds',
          { query: 'users', result },
          (performance.now() - startedAt) / 1_000,
        )
      try {
        const rows = await db.any<{ id: string | number; username: string }>({
          name: 'users',
          text,
          values: [ids],
        })
        observe('ok')
        return new Map(rows.map(({ id, username }) => [Number(id), { id: Number(id), username }]))
      } catch (cause) {
        observe('error')
        throw new Error(`The users could not be read from ${table} at ${placeOf(url)}`, { cause })
      }
    },
    close: () => Promise.resolve(db.$pool.end()),
  }
}

/** Host and database, without the user and the password that stand in the URL too. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
