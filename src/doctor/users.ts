import { type Finding, fault, ok, warning } from './finding.ts'

export interface UserTableFacts {
  readonly table: string
  readonly idColumn: string
  readonly nameColumn: string
  /** Types of the two columns; null: there is none of this name. */
  readonly idType: string | null
  readonly nameType: string | null
  /** Whether an index begins with the id; null: it is a view. */
  readonly isIndexed: boolean | null
  readonly isReplica: boolean
  readonly userGraceMs: number
}

const WHAT = 'users'
const INTEGERS = ['smallint', 'integer', 'bigint']

/** Whether the users can be looked up, and fast. That the table may be read is known by then. */
export function userFindings(facts: UserTableFacts): Finding[] {
  const { table, idColumn, nameColumn, idType, nameType, isIndexed, isReplica, userGraceMs } = facts
  const findings: Finding[] = []
  for (const [column, type, setting] of [
    [idColumn, idType, 'USERS_ID_COLUMN'],
    [nameColumn, nameType, 'USERS_NAME_COLUMN'],
  ] as const) {
    if (type === null) findings.push(fault(WHAT, `${table} has no column ${column}`, `set ${setting}`))
  }
  if (idType !== null && !INTEGERS.includes(idType)) {
    findings.push(fault(WHAT, `${table}.${idColumn} is ${idType}, not an integer`, 'set USERS_ID_COLUMN'))
  }
  if (idType !== null && isIndexed === false) {
    const mend = `CREATE UNIQUE INDEX ON ${table} (${idColumn})`
    findings.push(fault(WHAT, `no index begins with ${table}.${idColumn}: every batch reads all of it`, mend))
  }
  if (isReplica && userGraceMs === 0) {
    const says =
      'the database is a replica, and USER_GRACE_MS is 0: events of users it does not have yet are rejected'
    findings.push(warning(WHAT, says, 'set USER_GRACE_MS to more than the replica lags'))
  }
  const standing = isReplica ? 'a replica' : 'a primary'
  return findings.length > 0
    ? findings
    : [ok(WHAT, `${table} can be read from ${standing}, by ${isIndexed ? 'an index' : 'a view'}`)]
}
