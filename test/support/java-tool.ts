import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { cachedServers } from '../../dev/stack/downloads.ts'
import { javaCommand } from '../../dev/stack/requirements.ts'

/** Runs one of Kafka's own command line tools, which are not kafkajs. Throws if it fails; gives what it prints. */
export async function javaTool(mainClass: string, args: readonly string[], input = ''): Promise<string> {
  const classPath = join((await cachedServers()).directory, 'kafka', '*')
  const options = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', classPath]
  const child = spawn(javaCommand, [...options, `org.apache.kafka.tools.${mainClass}`, ...args])
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  if (code !== 0) throw new Error(`${mainClass} ended with ${code}: ${stdout}${stderr}`)
  return stdout
}
