import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { User } from '../pipeline/shapes.ts'
import type { UserDirectory } from '../ports.ts'

const HEADER = ['id', 'username']

/** The users of a CSV file with the header `id,username`. Throws, naming the line, where it is not such a file. */
export async function csvUserDirectory(path: string): Promise<UserDirectory> {
  const rows: string[][] = parse(await readFile(path), { bom: true, skip_empty_lines: true })
  const [header, ...rest] = rows
  if (header?.join() !== HEADER.join()) {
    throw new Error(`${path}: the first line must be ${HEADER.join()}, and is not`)
  }
  const users = new Map<number, User>()
  for (const [i, [id = '', username = '']] of rest.entries()) {
    if (!/^-?\d+$/.test(id) || !Number.isSafeInteger(Number(id)) || username === '') {
      throw new Error(`${path}, record ${i + 2}: expected an integer id and a username`)
    }
    users.set(Number(id), { id: Number(id), username })
  }
  return {
    find: async ids =>
      new Map(
        ids.flatMap(id => {
          const user = users.get(id)
          return user ? [[id, user]] : []
        }),
      ),
  }
}
