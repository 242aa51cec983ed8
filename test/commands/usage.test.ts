import { describe, expect, test } from 'vitest'
import { COMMANDS } from '#src/commands/index.ts'
import { run } from '../support/cli.ts'

test('the help names every command and the exit codes', () => {
  const { status, stdout, stderr } = run(['--help'])
  expect([status, stderr]).toEqual([0, ''])
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    expect(stdout).toMatch(new RegExp(`^ +${name}.* {2}${summary.slice(0, 20)}`, 'm'))
  }
  expect(stdout).toContain('Exit codes:')
})

test.each(Object.keys(COMMANDS))('%s --help is answered before any setting is read, with examples', name => {
  const { status, stdout, stderr } = run([name, '--help'])
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`Usage: segment-to-edx ${name}`)
  expect(stdout).toContain(`Examples:\n  segment-to-edx ${name}`)
})

test('help translate says the same as translate --help', () => {
  expect(run(['help', 'translate'])).toEqual(run(['translate', '--help']))
})

test('the version is that of the package', () => {
  expect(run(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

describe('wrong usage ends with 2 and says what is wrong', () => {
  test.each(Object.keys(COMMANDS))('%s with an option that is misspelt', name => {
    const { status, stdout, stderr } = run([name, '--hepl'])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain("segment-to-edx: unknown option '--hepl'\n(Did you mean --help?)\n")
    expect(stderr).toContain(`Try segment-to-edx ${name} --help`)
  })

  test.each([
    ['an unknown command', ['translat'], "unknown command 'translat'\n(Did you mean translate?)"],
    ['an unknown option', ['translate', '--user', 'x'], "unknown option '--user'\n(Did you mean --users?)"],
    ['an option without its value', ['translate', '--users'], "option '--users <FILE>' argument missing"],
    [
      'a value that is no choice',
      ['setup', '--start', 'now'],
      "option '--start <WHERE>' argument 'now' is invalid.",
    ],
    ['an operand too many', ['bridge', 'x'], "too many arguments for 'bridge'."],
    ['an action that is none', ['errors', 'lst'], 'errors lst: expected stats, list, show, replay'],
    ['an option of another action', ['errors', 'list', '--execute'], 'errors list does not take --execute'],
    ['a record without its place', ['errors', 'show'], 'errors show needs PARTITION:OFFSET'],
    [
      'a reason that is none',
      ['errors', 'list', '--reason', 'user'],
      '--reason user is none: docs/errors.md',
    ],
    ['a replay to nowhere', ['replay'], 'Nothing says where to: give one of --to-earliest'],
    ['a replay to two places', ['replay', '--to-latest', '--to-offset', '3'], 'Only one of --to-earliest'],
    [
      'a duration that is none',
      ['replay', '--by-duration', '6h'],
      '--by-duration is "6h": expected a duration',
    ],
    [
      'an option of nothing',
      ['replay', '--to-earlist'],
      "unknown option '--to-earlist'\n(Did you mean --to-earl",
    ],
    ['a time that is none', ['export', '--since', 'now'], '--since is "now": expected a time, such as 2026-'],
    ['what only the command can see', ['translate'], 'No users to look up: give --users FILE'],
  ])('%s', (_, argv, message) => {
    const { status, stdout, stderr } = run(argv)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.startsWith(`segment-to-edx: ${message}`), stderr).toBe(true)
    expect(stderr).toMatch(/Try segment-to-edx (\w+ )?--help\n$/)
  })

  test('no command at all', () => {
    expect(run([])).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage: segment-to-edx') })
  })
})

test('wrong settings end with 2, all of them named, none of the secrets shown', () => {
  const env = { SCHEMA_REGISTRY_URL: 'registry', DATABASE_URL: 'hunter2', METRICS_PORT: 'none' }
  expect(run(['process'], env)).toEqual({
    status: 2,
    stdout: '',
    stderr: `segment-to-edx: wrong settings (docs/settings.md describes each):
  KAFKA_BROKERS is missing: expected host:port, several of them separated by commas
  SCHEMA_REGISTRY_URL is not as it should be: expected a URL that begins with http:// or https://
  DATABASE_URL is not as it should be: expected a URL that begins with postgres:// or postgresql://
  METRICS_PORT is "none": expected a port from 1 to 65535, or 0 for any free one
`,
  })
})
