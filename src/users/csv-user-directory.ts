import { readFile } from 'node:fs/promises'
import { type Info, parse } from 'csv-parse/sync'
import type { User } from '../pipeline/shapes.ts'
import type { UserDirectory } from '../ports.ts'

const HEADER = 'id,username'

interface Row {
  readonly record: readonly string[]
  readonly info: Info
}

/**
 * The users of a CSV file with the header `id,username`, in UTF-8. Rejects where it is not such a file, with the
 * line and what was expected there.
 */
export async function csvUserDirectory(path: string): Promise<UserDirectory> {
  const bytes = await readFile(path).catch(cause => {
    throw new Error('The users cannot be read: expected the path of a CSV file', { cause })
  })
  const [header, ...rows] = rowsOf(bytes, path)
  if (header?.record.join() !== HEADER) throw new Error(`${path}, line 1: expected the header ${HEADER}`)

  const users = new Map<number, User>()
  for (const { record, info } of rows) {
    const [id = '', username = ''] = record
    const fault = (expected: string) => new Error(`${path}, line ${info.lines}: expected ${expected}`)
    if (record.length !== 2) throw fault(`2 fields, ${HEADER}, and found ${record.length}`)
    if (!/^-?\d+$/.test(id) || !Number.isSafeInteger(Number(id))) throw fault('an integer as id')
    if (username === '') throw fault('a username')
    if (users.has(Number(id))) throw fault(`each id once, and ${id} is there already`)
    users.set(Number(id), { id: Number(id), username })
  }

  return {
    async find(ids) {
      const found = new Map<number, User>()
      for (const id of ids) {
        const user = users.get(id)
        if (user) found.set(id, user)
      }
      return found
    },
  }
}

function rowsOf(bytes: Buffer, path: string): Row[] {
  const options = { bom: true, info: true, skip_empty_lines: true, relax_column_count: true } as const
  try {
    return parse(bytes, options) as unknown as Row[]
  } catch (cause) {
    throw new Error(`${path} is not CSV`, { cause })
  }
}
