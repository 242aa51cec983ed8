import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { javaCommand } from './requirements.ts'

const PROGRAM = fileURLToPath(new URL('java/ReadTopics.java', import.meta.url))
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m']

/** A record as Kafka's own client reads it. */
export interface ReadRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  /** Base64. */
  readonly key: string | null
  readonly headers: Readonly<Record<string, string | null>>
  /** Base64; absent where `values` is false or `registryUrl` is set. */
  readonly value?: string | null
  /** The fields by Avro's own library; only where `registryUrl` is set. */
  readonly event?: Readonly<Record<string, unknown>>
}

/** Where a partition ended: the last stable offset is behind the high watermark while a transaction is open. */
interface ReadEnd {
  readonly topic: string
  readonly partition: number
  readonly lastStableOffset: number
  readonly highWatermark: number
}

interface ReadCommitted {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly metadata: string
}

export interface Reading {
  readonly ends: readonly ReadEnd[]
  readonly committed: readonly ReadCommitted[]
}

export interface ReadOptions {
  /** Of Kafka's client and of Avro's library: `Stack.javaClassPath`. */
  readonly classPath: string
  readonly brokers: readonly string[]
  readonly topics: readonly string[]
  /** Also says what this group has committed. */
  readonly group?: string
  readonly registryUrl?: string
  readonly values?: boolean
  readonly onRecord: (record: ReadRecord) => void
}

/** Reads topics to their present ends, read_committed, with clients that the product does not use. */
export const readWithJava = (options: ReadOptions): Promise<Reading> => start(options, []).ended

/** The same at the time of writing: goes on until `finish`, and then to the ends of that time. */
export function followWithJava(options: ReadOptions): { finish(): Promise<Reading> } {
  const { child, ended } = start(options, ['until=closed'])
  // Awaited in `finish`; until then a failure must not end this process.
  ended.catch(() => {})
  return {
    finish() {
      child.stdin.end()
      return ended
    },
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

function start(
  options: ReadOptions,
  more: readonly string[],
): { readonly child: Child; readonly ended: Promise<Reading> } {
  const { classPath, brokers, topics, group, registryUrl, values = true } = options
  const args = [
    brokers.join(','),
    topics.join(','),
    ...(group ? [`group=${group}`] : []),
    ...(registryUrl ? [`registry=${registryUrl}`] : []),
    ...(values ? [] : ['values=no']),
    ...more,
  ]
  const child = spawn(javaCommand, [...JVM, '-cp', classPath, PROGRAM, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return { child, ended: collect(child, options) }
}

async function collect(child: Child, { onRecord }: ReadOptions): Promise<Reading> {
  const ends: ReadEnd[] = []
  const committed: ReadCommitted[] = []
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4_000)
  })
  const exited = once(child, 'exit')
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text)
    if ('end' in line) ends.push({ ...line, topic: line.end })
    else if ('committed' in line) committed.push({ ...line, topic: line.committed })
    else onRecord(line)
  }
  const [code] = await exited
  if (code !== 0) throw new Error(`The Java reader ended with ${code}:\n${said}`)
  return { ends, committed }
}
