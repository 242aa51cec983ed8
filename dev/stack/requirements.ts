import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const JAVA_MAJOR = 17

/** The `java` to run: JAVA_HOME's where it is set, as Maven does. */
export const javaCommand = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java'

/** Throws, naming everything that is missing at once. Maven is needed only while the servers are not in the cache. */
export async function checkRequirements(needs: { maven: boolean }): Promise<void> {
  const [java, maven] = await Promise.all([
    versionOf(javaCommand, ['-version'], /version "(?:1\.)?(\d+)/),
    needs.maven ? versionOf('mvn', ['-version'], /Apache Maven (\d+)/) : undefined,
  ])
  const faults: string[] = []
  if (java === 'absent' || Number(java) < JAVA_MAJOR) {
    const found = java === 'absent' ? `\`${javaCommand}\` does not run` : `\`${javaCommand}\` is Java ${java}`
    faults.push(
      `Java ${JAVA_MAJOR} or newer is needed, for Kafka and the registry: ${found}.\n` +
        '  Debian, Ubuntu: apt-get install openjdk-17-jre-headless    macOS: brew install openjdk@17',
    )
  }
  if (maven === 'absent') {
    faults.push(
      'Maven is needed, once, to fetch Kafka and the registry: `mvn` does not run.\n' +
        '  Debian, Ubuntu: apt-get install maven    macOS: brew install maven',
    )
  }
  if (faults.length > 0) throw new Error(`The local stack cannot start.\n${faults.join('\n')}`)
}

async function versionOf(command: string, args: string[], pattern: RegExp): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args)
    return pattern.exec(stdout + stderr)?.[1] ?? 'absent'
  } catch {
    return 'absent'
  }
}
