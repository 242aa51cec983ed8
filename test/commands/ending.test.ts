import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, start } from '../support/cli.ts'

const users = join(mkdtempSync(join(tmpdir(), 'ending-')), 'users.csv')
writeFileSync(users, 'id,username\n1,alice\n')
/** More than one batch, so that outcomes come before the input ends. */
const LINES = '{}\n'.repeat(2_000)

/** A translate that has begun and waits for more input. */
async function waiting(): Promise<ChildProcess> {
  const child = start(['translate', '--users', users])
  child.stdin?.write(LINES)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a command that waits, without a word, with %i', async (signal, exitCode) => {
  const child = await waiting()
  const said: string[] = []
  child.stderr?.on('data', text => said.push(String(text)))
  child.stdout?.resume()
  child.kill(signal)
  expect(await once(child, 'close')).toEqual([exitCode, null])
  expect(said).toEqual([])
})

test('a reader that has seen enough ends it as it ends others', async () => {
  const child = await waiting()
  child.stdout?.destroy()
  child.stdin?.on('error', () => {})
  child.stdin?.write(LINES)
  expect(await once(child, 'close')).toEqual([141, null])
})

test('what fails ends as one line; its stack is for debugging', () => {
  const argv = ['translate', '--users', '/nowhere/users.csv']
  const { status, stdout, stderr } = run(argv)
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^segment-to-edx: [^\n]*\/nowhere\/users\.csv[^\n]*\n$/)
  expect(run(argv, { LOG_LEVEL: 'debug' }).stderr).toMatch(/^segment-to-edx: .*\n(.*\n)? {4}at /)
})

test('doubtful settings are said on stderr, beside the data on stdout', () => {
  const env = { TRACKING_SEGMENTIO_ALLOWED_ACTIONS: '', KAFKA_BROKER: 'kafka:9092' }
  const { status, stdout, stderr } = run(['translate', '--users', users], env, '{}\n')
  expect([status, stdout.split('\n').length]).toEqual([0, 2])
  const warnings = stderr.split('\n').filter(line => line.startsWith('{'))
  expect(warnings.map(line => JSON.parse(line).msg)).toEqual([
    'TRACKING_SEGMENTIO_ALLOWED_ACTIONS is empty, which allows nothing: unset it for Track,Screen',
    'KAFKA_BROKER is no setting: did you mean KAFKA_BROKERS?',
  ])
})
