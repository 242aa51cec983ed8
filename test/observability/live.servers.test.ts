import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { CATALOGUE, PREFIX } from '#src/observe/catalogue.ts'
import { REASONS } from '#src/pipeline/reasons.ts'
import { type Prometheus, startPrometheus } from '../../dev/observability/prometheus.ts'
import { rulesFile } from '../../dev/observability/rules.ts'
import { type Scenario, startScenario } from '../../dev/observability/scenario.ts'
import { timeDividedBy } from '../../dev/observability/time.ts'
import { allQueries, DASHBOARDS, withVariables } from './queries.ts'

/*
 * A real Prometheus watches a bridge and two processors through what may befall them, on the rules as they are but
 * with all times divided by 20: alerts fire that should, and everything that the dashboards ask is answered.
 */

/** Metrics that no panel, annotation or rule uses, and why. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  process_cpu_user_seconds_total: 'the sum of both is shown',
  process_cpu_system_seconds_total: 'the sum of both is shown',
  process_virtual_memory_bytes: 'what is resident counts',
  process_heap_bytes: 'what is resident counts',
  nodejs_eventloop_lag_seconds: 'p99 is shown',
  nodejs_eventloop_lag_min_seconds: 'p99 is shown',
  nodejs_eventloop_lag_max_seconds: 'p99 is shown',
  nodejs_eventloop_lag_mean_seconds: 'p99 is shown',
  nodejs_eventloop_lag_stddev_seconds: 'p99 is shown',
  nodejs_eventloop_lag_p50_seconds: 'p99 is shown',
  nodejs_eventloop_lag_p90_seconds: 'p99 is shown',
  nodejs_heap_size_total_bytes: 'what is used, and the limit, are shown',
  nodejs_heap_space_size_total_bytes: 'for a memory leak, with a heap snapshot beside it',
  nodejs_heap_space_size_used_bytes: 'for a memory leak, with a heap snapshot beside it',
  nodejs_heap_space_size_available_bytes: 'for a memory leak, with a heap snapshot beside it',
  nodejs_version_info: 'build_info says it',
}
/** Only a defect makes it. */
const NOT_PROVOKED = ['internal_error']
const RANGE_S = 600

const isMissing = spawnSync('prometheus', ['--version']).error !== undefined
if (isMissing)
  process.stderr.write('Skipped: the tests with Prometheus. To run them: apt-get install prometheus\n')

describe.skipIf(isMissing)('a real Prometheus over real processes', { timeout: 300_000 }, () => {
  let scenario: Scenario
  let prometheus: Prometheus

  beforeAll(async () => {
    scenario = await startScenario(inject('stack'), `observed-${process.pid}`, 40)
    prometheus = await startPrometheus({ targets: scenario.targets, time: timeDividedBy(20) })
  })
  afterAll(async () => {
    await scenario?.stop()
    await prometheus?.stop()
  })

  const valueNow = async (query: string) => {
    const { result } = await prometheus.get<{ result: { value: [number, string] }[] }>('query', { query })
    return Number(result[0]?.value[1] ?? Number.NaN)
  }
  const firing = () => prometheus.firing()
  const soon = { timeout: 120_000, interval: 500 }

  test('at work, no alert fires', async () => {
    await expect.poll(() => valueNow('sum(segedx_records_processed_total)'), soon).toBeGreaterThan(400)
    await scenario.postOddities()
    expect(
      (await firing()).filter(name => !['RefusedForGood', 'RejectedShareHigh', 'OtherRules'].includes(name)),
    ).toEqual([])
  })

  test('while the database is away, Stalled and NotReady fire, nothing is rejected, and then it is over', async () => {
    await scenario.database.refuse()
    await expect.poll(firing, soon).toEqual(expect.arrayContaining(['Stalled', 'NotReady']))
    expect(await valueNow('min(segedx_ready{component="users"})')).toBe(0)
    expect(await valueNow('max(segedx_group_lag_records)')).toBeGreaterThan(0)
    expect(await valueNow('sum(increase(segedx_records_rejected_total[10s]))')).toBe(0)
    await scenario.database.heal()
    await expect.poll(firing, soon).not.toEqual(expect.arrayContaining(['Stalled']))
    await expect.poll(firing, soon).not.toEqual(expect.arrayContaining(['NotReady']))
  })

  test('when much is rejected, both alerts about it fire', async () => {
    const stop = new AbortController()
    const posting = scenario.postRejected(stop.signal)
    await expect
      .poll(firing, soon)
      .toEqual(expect.arrayContaining(['RejectedShareHigh', 'RejectedShareCritical']))
    stop.abort()
    await posting
  })

  test('when many senders are rejected at once, BreakerOpen fires, and once it is mended the work goes on', async () => {
    const emitted = () => valueNow('sum(segedx_records_processed_total{outcome="emitted"})')
    await scenario.postUnknown(4_000)
    await expect.poll(firing, soon).toContain('BreakerOpen')
    expect(await valueNow('min(segedx_ready{component="breaker"})')).toBe(0)
    const before = await emitted()
    await scenario.addUnknown()
    await expect.poll(firing, soon).not.toContain('BreakerOpen')
    // What was held is emitted now: of it nothing was rejected.
    await expect.poll(emitted, soon).toBeGreaterThan(before + 500)
    await expect.poll(() => valueNow('max(segedx_group_lag_records)'), soon).toBeLessThan(500)
  })

  test('a processor that is fenced aborts and goes on; one that was held up rejoins, or is replaced', async () => {
    const owned = () => valueNow('sum(segedx_consumer_assigned_partitions)')
    await scenario.fenceProcessor()
    const fenced = 'sum(segedx_transaction_aborts_total{reason="fenced"})'
    await expect.poll(() => valueNow(fenced), soon).toBeGreaterThan(0)
    await scenario.pauseProcessor(12_000)
    const lost = 'sum(segedx_consumer_rebalances_total{kind="lost"})'
    await expect.poll(() => valueNow(lost), soon).toBeGreaterThan(0)
    await expect.poll(owned, soon).toBe(8)
    await scenario.restartProcessor()
    await expect.poll(owned, soon).toBe(8)
    const starts = 'count(changes(segedx_process_start_time_seconds[2m]) > 0)'
    await expect.poll(() => valueNow(starts), soon).toBe(1)
  })

  test('a partition is shown by the one processor that owns it', async () => {
    await expect.poll(() => valueNow('count(segedx_consumer_lag_records)'), soon).toBe(8)
    await expect
      .poll(() => valueNow('count(count by (partition) (segedx_consumer_lag_records))'), soon)
      .toBe(8)
  })

  test('every reason was seen, of both rule sets', async () => {
    const query = `sum by (reason) (max_over_time({__name__=~"segedx_records_(rejected|ignored)_total"}[${RANGE_S}s])) > 0`
    const seen = async () => {
      const { result } = await prometheus.get<{ result: { metric: { reason: string } }[] }>('query', {
        query,
      })
      return result.map(({ metric }) => metric.reason).toSorted()
    }
    const all = Object.keys(REASONS).filter(code => !NOT_PROVOKED.includes(code))
    await expect.poll(seen, soon).toEqual(all.toSorted())
  })

  test('every query of every panel and annotation has an answer', async () => {
    await sleep(2_000)
    const empty: string[] = []
    for (const [where, expr] of allQueries(`${RANGE_S}s`)) {
      const series = await prometheus.range(expr, RANGE_S, 5)
      if (series.every(({ values }) => values.every(([, value]) => value === 'NaN')))
        empty.push(`${where}: ${expr}`)
    }
    expect(empty).toEqual([])
  })

  test('every variable has values', async () => {
    for (const { query } of DASHBOARDS.flatMap(({ templating }) => templating.list).filter(
      v => v.type === 'query',
    )) {
      const [, match = '', label] = /^label_values\((.*), (\w+)\)$/.exec(withVariables(query, '1m')) ?? []
      const values = await prometheus.get<string[]>(`label/${label}/values`, { 'match[]': match })
      expect(values.length, query).toBeGreaterThanOrEqual(2)
    }
  })

  test('every rule was evaluated without a fault, and every recording has a value', async () => {
    interface Rule {
      name: string
      type: string
      health: string
      lastError?: string
    }
    const { groups } = await prometheus.get<{ groups: { rules: Rule[] }[] }>('rules')
    const rules = groups.flatMap(group => group.rules)
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
    for (const { name } of rules.filter(({ type }) => type === 'recording')) {
      expect(await prometheus.range(name, RANGE_S, 5), name).not.toEqual([])
    }
  })

  test('metrics are well-formed, fewer than 500 a process, and each is shown or left out for a reason', async () => {
    const texts = await Promise.all(
      Object.values(scenario.targets)
        .flat()
        .map(async url => (await fetch(`${url}/metrics`)).text()),
    )
    const used = [...allQueries('1m').map(([, expr]) => expr), rulesFile()].join('\n')
    const missing = new Set<string>()
    for (const text of texts) {
      expect(text.match(/^segedx_/gm)?.length).toBeLessThan(500)
      const lint = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
      expect({ status: lint.status, output: `${lint.stdout}${lint.stderr}` }).toEqual({
        status: 0,
        output: '',
      })
      for (const [, name = ''] of text.matchAll(/^# TYPE segedx_(\w+)/gm)) {
        if (!new RegExp(`${PREFIX}${name}(_bucket|_sum|_count)?\\b`).test(used)) missing.add(name)
      }
    }
    expect([...missing].toSorted()).toEqual(Object.keys(NOT_SHOWN).toSorted())
    const declared = Object.values(CATALOGUE).flatMap(group => Object.keys(group))
    for (const [, name = ''] of used.matchAll(/segedx_(\w+?)(?:_bucket|_sum|_count)?\b(?=[{[\s)]|$)/g)) {
      const exists = declared.includes(name) || texts.some(text => text.includes(`# TYPE segedx_${name} `))
      expect(exists, name).toBe(true)
    }
  })
})
