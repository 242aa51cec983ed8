import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sampleEvents } from '../events.ts'
import { TARGET } from './servers.ts'

const CONNECTIONS = 64
const SINGLES = 2_000
const ARRAYS = 128
const ARRAY_EVENTS = 100

/** Bodies to post, in a file, one a line. */
export interface Bodies {
  readonly name: string
  readonly file: string
  readonly eventsEach: number
}

/** What the callers saw in so many seconds. */
export interface Seen {
  readonly requests: number
  /** Answered with anything but 200. */
  readonly failed: number
  readonly seconds: number
  readonly p50Millis: number
  readonly p99Millis: number
}

/** The seeded events of all benchmarks, but for those that are not JSON: they are answered 400. */
export async function writeBodies(directory: string): Promise<{ single: Bodies; arrays: Bodies }> {
  const events = [...sampleEvents(ARRAYS * ARRAY_EVENTS * 2)]
    .map(({ body }) => body)
    .filter(isJson)
    .slice(0, ARRAYS * ARRAY_EVENTS)
  const write = async (name: string, eventsEach: number, lines: readonly string[]): Promise<Bodies> => {
    const file = join(directory, `bodies.${eventsEach}`)
    await writeFile(file, `${lines.join('\n')}\n`)
    return { name, file, eventsEach }
  }
  const arrays = Array.from({ length: ARRAYS }, (_, i) => {
    const members = events.slice(i * ARRAY_EVENTS, (i + 1) * ARRAY_EVENTS)
    return `[${members}]`
  })
  return {
    single: await write('single events', 1, events.slice(0, SINGLES)),
    arrays: await write(`arrays of ${ARRAY_EVENTS}`, ARRAY_EVENTS, arrays),
  }
}

/** Posts for so many seconds from `CONNECTIONS` connections. */
export async function load(program: string, port: number, { file }: Bodies, seconds: number): Promise<Seen> {
  const options = {
    address: `127.0.0.1:${port}`,
    target: TARGET,
    bodies: file,
    connections: CONNECTIONS,
    for: `${seconds}s`,
  }
  const args = Object.entries(options).map(([name, value]) => `-${name}=${value}`)
  const { stdout } = await promisify(execFile)(program, args)
  return JSON.parse(stdout)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
