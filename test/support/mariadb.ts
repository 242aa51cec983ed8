import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createServer, runOnce } from '../../dev/stack/server.ts'
import { startSupervisor } from '../../dev/stack/supervisor.ts'

/** A MariaDB of one's own, which listens on a socket only. */
export interface MariaDb {
  /** A home directory with which `mysql` finds it. */
  readonly home: string
  stop(): Promise<void>
}

export const hasMariaDb = () => spawnSync('mariadbd', ['--version']).error === undefined

/** Starts a MariaDB (a program of this machine) and runs the script in it. */
export async function startMariaDb(script: string): Promise<MariaDb> {
  const home = mkdtempSync(join(tmpdir(), 'segedx-mariadb-'))
  const [data, socket] = [join(home, 'data'), join(home, 'socket')]
  const common = ['--no-defaults', `--datadir=${data}`, `--user=${userInfo().username}`]
  const supervisor = startSupervisor(home)
  await runOnce(supervisor, {
    name: "Creating MariaDB's data directory",
    command: 'mariadb-install-db',
    args: [...common, '--auth-root-authentication-method=normal', '--skip-test-db'],
    logFile: join(home, 'install.log'),
    endSignal: 'SIGTERM',
  })
  writeFileSync(join(home, 'script.sql'), script)
  writeFileSync(join(home, '.my.cnf'), `[client]\nsocket=${socket}\nuser=root\n`)
  await createServer(supervisor, {
    name: 'MariaDB',
    port: 0,
    command: 'mariadbd',
    args: [...common, `--socket=${socket}`, '--skip-networking', `--init-file=${join(home, 'script.sql')}`],
    logFile: join(home, 'mariadb.log'),
    endSignal: 'SIGKILL',
    ready: log => log.includes('ready for connections'),
  }).start()
  return { home, stop: () => supervisor.end() }
}
