import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import {
  type AlertName,
  alerts,
  GROUP_NAMES,
  labelsOf,
  linksOf,
  rulesFile,
} from '../../dev/observability/rules.ts'
import { timeDividedBy } from '../../dev/observability/time.ts'
import type { AlertCase, Situation } from './cases/case.ts'
import { AVAILABILITY, WEBHOOK } from './cases/intake.ts'
import { OUTCOMES } from './cases/outcomes.ts'
import { PROCESSING } from './cases/processing.ts'
import { DELIVERY, NODEJS } from './cases/surroundings.ts'

/** Complete by construction: an alert without its cases does not compile. */
const CASES: Record<AlertName, AlertCase> = {
  ...AVAILABILITY,
  ...WEBHOOK,
  ...PROCESSING,
  ...OUTCOMES,
  ...DELIVERY,
  ...NODEJS,
}
const ALERTS = alerts()
const names = Object.keys(CASES) as AlertName[]

const hasPromtool = !spawnSync('promtool', ['--version']).error
if (!hasPromtool)
  process.stderr.write('Skipped: the tests with promtool. To run them: apt-get install prometheus\n')
const directory = mkdtempSync(join(tmpdir(), 'segedx-rules-'))
afterAll(() => rmSync(directory, { recursive: true }))

const write = (name: string, text: string) => {
  writeFileSync(join(directory, name), text)
  return name
}
const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

describe.skipIf(!hasPromtool)('the rules, by promtool', () => {
  test.each([1, 20])('are well-formed, with times divided by %d', divisor => {
    const { status, output } = promtool(
      'check',
      'rules',
      write('rules.yml', rulesFile(timeDividedBy(divisor))),
    )
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') })
  })

  test.each(names)('%s fires when it should, and only then', name => {
    write('rules.yml', rulesOf(name))
    const { fires, silent } = CASES[name]
    expect(silent.length).toBeGreaterThan(0)
    const { status, output } = promtool(
      'test',
      'rules',
      write('test.yml', testFile(name, [fires, ...silent])),
    )
    expect(status, output).toBe(0)
  })
})

/** What is recorded, and the one alert: promtool takes a minute to evaluate them all for each. */
function rulesOf(name: AlertName): string {
  const { groups }: { groups: { rules: { record?: string; alert?: string }[] }[] } = parse(rulesFile())
  for (const group of groups) group.rules = group.rules.filter(rule => rule.record || rule.alert === name)
  return stringify({ groups })
}

function testFile(alertname: AlertName, [fires, ...silent]: readonly Situation[]): string {
  return stringify({
    rule_files: ['rules.yml'],
    evaluation_interval: fires?.every ?? '1m',
    group_eval_order: GROUP_NAMES,
    tests: [fires, ...silent].map(situation => ({
      interval: situation?.every ?? '1m',
      input_series: Object.entries(situation?.series ?? {}).map(([series, values]) => ({ series, values })),
      alert_rule_test: [
        {
          eval_time: situation?.at,
          alertname,
          exp_alerts: situation === fires ? [expectedOf(alertname)] : [],
        },
      ],
    })),
  })
}

function expectedOf(name: AlertName) {
  const row = ALERTS[name]
  const { labels, summary = row.summary } = CASES[name].fires
  return {
    exp_labels: { ...labelsOf(row), ...labels },
    exp_annotations: { summary, description: row.description, ...linksOf(name, row) },
  }
}

describe('what an alert says', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')

  test.each(names)('%s has a section in the runbook, and says what it means', name => {
    const section = runbook.split(/^## /m).find(text => text.startsWith(`${name}\n`))
    expect(section?.length).toBeGreaterThan(150)
    expect(ALERTS[name].description).toMatch(/^[A-Z].*\.$/)
    expect(ALERTS[name].summary).toMatch(/^([A-Z]|\{\{).*[^.]$/)
  })

  test('the runbook has no section of an alert that is gone', () => {
    const sections = [...runbook.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
    expect(sections.toSorted()).toEqual(names.toSorted())
  })
})
