import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '#src/commands/index.ts'

/** Runs the program as a user would, in an environment without any setting. */
function run(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', ...argv],
    {
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    },
  )
  return { status, stdout, stderr }
}

test('the help names every command and the exit codes', () => {
  const { status, stdout, stderr } = run('--help')
  expect([status, stderr]).toEqual([0, ''])
  for (const [name, { summary }] of Object.entries(COMMANDS))
    expect(stdout).toMatch(new RegExp(`${name}.*${summary.slice(0, 20)}`))
  expect(stdout).toContain('Exit codes:')
})

test.each(Object.keys(COMMANDS))('%s --help is answered before any setting is read, with examples', name => {
  const { status, stdout, stderr } = run(name, '--help')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`Usage: segment-to-edx ${name}`)
  expect(stdout).toContain(`Examples:\n  segment-to-edx ${name}`)
  expect(run('help', name).stdout).toBe(stdout)
})

test('the version is that of the package', () => {
  expect(run('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

describe('wrong usage ends with 2 and says what is wrong', () => {
  test.each([
    ['an unknown command', ['translat'], "unknown command 'translat'\n(Did you mean translate?)"],
    ['an unknown option', ['translate', '--user', 'x'], "unknown option '--user'\n(Did you mean --users?)"],
    ['an option without its value', ['translate', '--users'], "option '--users <FILE>' argument missing"],
    ['what only the command can see', ['translate'], 'No users to look up: give --users FILE'],
  ])('%s', (_, argv, message) => {
    const { status, stdout, stderr } = run(...argv)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.startsWith(`segment-to-edx: ${message}`), stderr).toBe(true)
    expect(stderr).toMatch(/Try segment-to-edx (translate )?--help\n$/)
  })

  test('no command at all', () => {
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage: segment-to-edx') })
  })
})
