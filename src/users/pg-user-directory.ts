import type { Metrics } from '../observe/metrics.ts'
import type { UserDirectory } from '../ports.ts'
import { type DatabaseOptions, openDatabase, quoted, quotedTable, unreadableUsers } from './database.ts'

/** Where the users stand. A schema may stand before the table's name. */
export interface UserTable {
  readonly table: string
  readonly idColumn: string
  readonly nameColumn: string
}

/** The URL is asked for before each query: the password may be changed. */
export interface PgUserDirectoryOptions extends UserTable, DatabaseOptions {
  readonly metrics?: Metrics
}

export interface OpenUserDirectory extends UserDirectory {
  close(): Promise<void>
}

/**
 * edX's user table, read only, one query a call. Throws while the database is down, or where it does not have
 * such a table.
 */
export function pgUserDirectory(options: PgUserDirectoryOptions): OpenUserDirectory {
  const { table, metrics } = options
  const text = usersQuery(options)
  let url = options.url
  let db = open()

  return {
    async find(ids) {
      if (ids.length === 0) return new Map()
      const startedAt = performance.now()
      let result: 'ok' | 'error' = 'error'
      try {
        const rows = await query(ids)
        result = 'ok'
        return new Map(rows.map(({ id, username }) => [Number(id), { id: Number(id), username }]))
      } catch (cause) {
        throw unreadableUsers(table, url, cause)
      } finally {
        const seconds = (performance.now() - startedAt) / 1_000
        metrics?.observe('db_query_duration_seconds', { query: 'users', result }, seconds)
        showPool()
      }
    },
    close: () => Promise.resolve(db.$pool.end()),
  }

  function open() {
    const opened = openDatabase(options)
    opened.$pool.on('remove', showPool)
    return opened
  }

  async function follow(): Promise<void> {
    if (options.url === url) return
    const { $pool: before } = db
    url = options.url
    db = open()
    await before.end()
  }

  async function query(ids: readonly number[]): Promise<{ id: number | string; username: string }[]> {
    await follow()
    const connecting = db.connect()
    showPool()
    const connection = await connecting
    // A connection whose query failed is not used again: after a time-out its answer may be still to come.
    let isSpent = true
    try {
      const rows = await connection.any({ text, values: [ids] })
      isSpent = false
      return rows
    } finally {
      await connection.done(isSpent)
    }
  }

  function showPool(): void {
    const { idleCount, totalCount, waitingCount } = db.$pool
    metrics?.set('db_pool_connections', { state: 'idle' }, idleCount)
    metrics?.set('db_pool_connections', { state: 'busy' }, totalCount - idleCount)
    metrics?.set('db_pool_waiters', {}, waitingCount)
  }
}

/**
 * The ids are compared as bigint[]: no id is out of range for the question, and a column of 32-bit integers
 * answers from its index all the same.
 */
export function usersQuery({ table, idColumn, nameColumn }: UserTable): string {
  const [id, name] = [quoted(idColumn), quoted(nameColumn)]
  return `SELECT ${id} AS id, ${name} AS username FROM ${quotedTable(table)} WHERE ${id} = ANY($1::bigint[])`
}
