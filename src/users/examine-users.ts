import { type DatabaseOptions, openDatabase, quotedTable, unreadableUsers } from './database.ts'
import type { UserTable } from './pg-user-directory.ts'

/** What PostgreSQL's catalogue says of the user table, and of the server. */
export interface UserTableState {
  /** Types of the two columns; null: there is none of this name. */
  readonly idType: string | null
  readonly nameType: string | null
  /** Whether an index of all rows begins with the id; null: it is a view, which has none of its own. */
  readonly isIndexed: boolean | null
  readonly isReplica: boolean
  /** The server's clock. */
  readonly nowMs: number
}

const TYPES = `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`
const SERVER = `SELECT pg_is_in_recovery() AS "isReplica", extract(epoch FROM clock_timestamp()) * 1000 AS "nowMs",
  (SELECT relkind FROM pg_class WHERE oid = to_regclass($1)) = 'v' AS "isView",
  EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE indrelid = to_regclass($1) AND attname = $2 AND indisvalid AND indpred IS NULL) AS "isIndexed"`

/** Asks once. Throws while the database is down. */
export async function examineUsers(options: DatabaseOptions & UserTable): Promise<UserTableState> {
  const { table, idColumn, nameColumn, url } = options
  const db = openDatabase(options)
  try {
    const name = quotedTable(table)
    const columns = await db.any<{ name: string; type: string }>(TYPES, [name])
    const server = await db.one(SERVER, [name, idColumn])
    const typeOf = (column: string) => columns.find(each => each.name === column)?.type ?? null
    return {
      idType: typeOf(idColumn),
      nameType: typeOf(nameColumn),
      isIndexed: server.isView ? null : server.isIndexed,
      isReplica: server.isReplica,
      nowMs: Number(server.nowMs),
    }
  } catch (cause) {
    throw unreadableUsers(table, url, cause)
  } finally {
    await db.$pool.end()
  }
}
