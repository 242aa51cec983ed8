import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { alerts, labelsOf } from '../../dev/observability/rules.ts'

const CONFIG = 'prometheus/alertmanager.yml'
const ALERTS = Object.entries(alerts())
const amtool = (...args: string[]) => spawnSync('amtool', args, { encoding: 'utf8' })
const isMissing = amtool('--version').error !== undefined
if (isMissing)
  process.stderr.write(
    'Skipped: the tests with amtool. To run them: apt-get install prometheus-alertmanager\n',
  )

test.skipIf(isMissing)('every alert reaches those whom its severity calls', () => {
  expect(amtool('check-config', CONFIG)).toMatchObject({ status: 0 })
  for (const severity of ['critical', 'warning'] as const) {
    const row = ALERTS.map(([, alert]) => alert).find(alert => alert.severity === severity)
    expect(row).toBeDefined()
    const labels = Object.entries(labelsOf(row as never)).map(([name, value]) => `${name}=${value}`)
    const { stdout } = amtool('config', 'routes', 'test', `--config.file=${CONFIG}`, ...labels)
    expect(stdout.trim()).toBe(severity === 'critical' ? 'on-call' : 'working-hours')
  }
})

test('what inhibits others exists, and is not itself among what it inhibits', () => {
  const {
    inhibit_rules: rules,
  }: { inhibit_rules: Record<'source_matchers' | 'target_matchers', string[]>[] } = parse(
    readFileSync(CONFIG, 'utf8'),
  )
  const named = rules
    .flatMap(rule => rule.source_matchers)
    .flatMap(m => /alertname =~ "(.*)"/.exec(m)?.[1]?.split('|') ?? [])
  expect(named.length).toBeGreaterThan(0)
  for (const name of named) {
    const [, alert] = ALERTS.find(([other]) => other === name) ?? []
    expect(alert, name).toBeDefined()
    expect(alert?.about).not.toBe('lag')
  }
})
