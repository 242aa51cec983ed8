import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Progress } from './progress.ts'
import { lastLines, readLog } from './server.ts'
import type { Supervisor } from './supervisor.ts'

/** Where the Java servers are: a class path for Kafka and its tools, the registry's jar, and the libraries that it comes with. */
export type JavaServers = {
  readonly kafkaClassPath: string
  readonly registryJar: string
  readonly registryLibraries: string
}

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const STATUS_INTERVAL_MS = 250

/** Outside the clone, so that a second clone starts at once. */
function cacheDirectory(): string {
  const { SEGEDX_CACHE, XDG_CACHE_HOME } = process.env
  return SEGEDX_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'segment-to-edx')
}

/** Whether the servers of this pom.xml are in the cache, and where they are or would be. */
export async function cachedServers(): Promise<{ directory: string; present: boolean }> {
  const hash = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12)
  const directory = join(cacheDirectory(), `servers-${hash}`)
  return { directory, present: await exists(directory) }
}

/** Has Maven fetch the Java servers on the first run; afterwards they are in the cache. */
export async function javaServers(
  supervisor: Supervisor,
  logFile: string,
  progress: Progress,
): Promise<JavaServers> {
  const { directory, present } = await cachedServers()
  if (!present) await download(directory, supervisor, logFile, progress)
  const [registryJar] = (await readdir(join(directory, 'registry'))).filter(name =>
    name.endsWith('-runner.jar'),
  )
  if (!registryJar)
    throw new Error(`${directory} holds no registry: remove that directory and run this again`)
  return {
    kafkaClassPath: join(directory, 'kafka', '*'),
    registryJar: join(directory, 'registry', registryJar),
    registryLibraries: join(directory, 'registry', 'lib', '*'),
  }
}

/** Fetches aside and renames, so that neither an interruption nor a second run at the same time leaves half of it. */
async function download(directory: string, supervisor: Supervisor, logFile: string, progress: Progress) {
  const partial = `${directory}.${process.pid}.partial`
  await mkdir(cacheDirectory(), { recursive: true })
  await removeAbandoned(`${directory}.`)
  progress.line(`Fetching Kafka and Apicurio Registry with Maven, once, about 170 MB, into ${directory}`)
  const maven = await supervisor.spawn({
    command: 'mvn',
    args: ['-Dstyle.color=never', '-f', POM, 'package', `-Dout=${partial}`],
    logFile,
    endSignal: 'SIGKILL',
  })
  const ended = await withStatus(maven.ended, logFile, progress)
  if (ended !== 'exit code 0') {
    await rm(partial, { recursive: true, force: true })
    const fault = /^\[ERROR\] \S.*$/m.exec(await readLog(logFile))?.[0]
    throw new Error(
      `Maven could not fetch the servers (${ended}). If this machine reaches Maven Central through a mirror or a ` +
        `proxy, ~/.m2/settings.xml has to name it.\n  ${fault ?? lastLines(await readLog(logFile))}`,
    )
  }
  await rename(partial, directory).catch(async (error: NodeJS.ErrnoException) => {
    await rm(partial, { recursive: true, force: true })
    if (!(await exists(directory))) throw error
  })
  progress.line('Fetched.')
}

/** Shows the line that Maven redraws while it downloads, such as `Progress (1): 12/109 MB`. */
async function withStatus(ended: Promise<string>, logFile: string, progress: Progress): Promise<string> {
  for (;;) {
    const how = await Promise.race([ended, sleep(STATUS_INTERVAL_MS)])
    if (typeof how === 'string') return how
    const log = await readLog(logFile)
    const files = log.match(/^Downloaded from/gm)?.length ?? 0
    const current = log.slice(-500).match(/Progress \(\d+\): ([^\r\n]*\S)[^\r\n]*$/)?.[1]
    progress.status(`  ${files} files${current ? `, ${current}` : ''}`)
  }
}

/** What earlier runs left when they were killed: the name holds the process id. */
async function removeAbandoned(prefix: string) {
  for (const name of await readdir(cacheDirectory())) {
    const path = join(cacheDirectory(), name)
    const pid = path.startsWith(prefix) && /\.(\d+)\.partial$/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) await rm(path, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
