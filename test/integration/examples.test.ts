import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COMMANDS } from '#src/commands/index.ts'
import { cluster, own } from '../support/cluster.ts'
import { run, type Started, start } from '../support/product.ts'

/* Every example of every command's `--help`, as a person would type it, in a directory with the files that they name. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { kafka } = cluster()
const { settings, raw } = own()
const directory = mkdtempSync(join(tmpdir(), 'examples-'))
const started: ChildProcess[] = []
let processor: Started

/** Examples of servers, and of what goes on until it is told to end: what they say once they are at work. */
const ENDLESS = [
  { is: /^bridge/, says: /The webhook is served/, signal: 'SIGTERM', exitCode: 0 },
  { is: /^process/, says: /The group gave this process/, signal: 'SIGTERM', exitCode: 0 },
  { is: /--follow/, says: /"username"/, signal: 'SIGINT', exitCode: 130 },
] as const

const examples: (readonly [line: string, command: string])[] = []
for (const [name, { load }] of Object.entries(COMMANDS)) {
  for (const [line] of (await load()).command.examples) examples.push([line, name])
}

const event = (n: number) =>
  JSON.stringify({
    ...{ messageId: `m-${n}`, userId: 10, action: 'Track' },
    properties: { event_type: 'e', event_source: 'mobile', event: {} },
    ...{ timestamp: '2014-08-27T16:33:39.215Z', receivedAt: '2014-08-27T16:33:39.1Z' },
  })

beforeAll(async () => {
  writeFileSync(join(directory, 'users.csv'), 'id,username\n10,bob\n')
  writeFileSync(join(directory, 'events.ndjson'), `${event(1)}\n{}\n`)
  const program = join(directory, 'segment-to-edx')
  const loader = join(ROOT, 'node_modules/tsx/dist/loader.mjs')
  writeFileSync(
    program,
    `#!/bin/sh\nexec "${process.execPath}" --import "${loader}" "${ROOT}src/main.ts" "$@"\n`,
  )
  chmodSync(program, 0o755)

  await run(['setup', '--start', 'earliest'], settings)
  const producer = kafka.producer()
  await producer.connect()
  const values = Array.from({ length: 40 }, (_, i) => ({ partition: 3, key: '10', value: `no JSON ${i}` }))
  const events = Array.from({ length: 4 }, (_, i) => ({ partition: 0, key: '10', value: event(i) }))
  await producer.send({ topic: raw, messages: [...values, ...events] })
  await producer.disconnect()
  processor = start(['process'], settings)
  started.push(processor.child)
  const produced = /"username"/
  const following = start(['export', '--follow'], settings)
  started.push(following.child)
  await following.until(produced)
  for (const { child, ended } of [following, processor]) {
    child.kill('SIGTERM')
    await ended()
  }
})

afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

test.each(examples)('segment-to-edx %s', async line => {
  // exec: a signal reaches the program and not the shell.
  const child = spawn('sh', ['-c', `exec segment-to-edx ${line}`], {
    cwd: directory,
    env: { HOME: process.env['HOME'], ...settings, PATH: `${directory}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const ended = once(child, 'close')
  const endless = ENDLESS.find(({ is }) => is.test(line))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk
      if (endless?.says.test(said)) child.kill(endless.signal)
    })
  }
  expect(await ended, said).toEqual([endless?.exitCode ?? 0, null])
})

test('every command has some', () => {
  expect(new Set(examples.map(([, name]) => name))).toEqual(new Set(Object.keys(COMMANDS)))
})
