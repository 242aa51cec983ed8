import { expect, test } from 'vitest'
import { CATALOGUE, PREFIX } from '#src/observe/catalogue.ts'
import { createMetrics, type MetricsRegistry } from '#src/observe/metrics.ts'
import { REASONS } from '#src/pipeline/reasons.ts'

const GROUPS = ['processor', 'transactions', 'consumer', 'producer', 'dependencies', 'process'] as const

function processorMetrics(): MetricsRegistry {
  return createMetrics({
    groups: GROUPS,
    topics: { read: ['raw'], written: ['output', 'errors'] },
    build: { version: '1.2.3', revision: 'abc' },
  })
}

/** Samples by name and labels, without the prefix. */
async function samplesOf(metrics: MetricsRegistry): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split('\n').filter(line => line.startsWith(PREFIX))
  return new Map(
    lines.map(line => {
      const space = line.lastIndexOf(' ')
      return [line.slice(PREFIX.length, space), Number(line.slice(space + 1))]
    }),
  )
}

test('every fixed label set stands at 0 from the start', async () => {
  const samples = await samplesOf(processorMetrics())
  for (const [reason, { outcome, stage }] of Object.entries(REASONS)) {
    const series =
      outcome === 'ignored'
        ? `records_ignored_total{reason="${reason}"}`
        : `records_rejected_total{stage="${stage}",reason="${reason}"}`
    expect(samples.get(series), series).toBe(0)
  }
  for (const series of [
    'records_consumed_total{topic="raw"}',
    'consumer_skipped_records_total{topic="raw",reason="retention"}',
    'producer_records_total{topic="errors",result="error"}',
    'end_to_end_latency_seconds_count{outcome="emitted"}',
    'transaction_aborts_total{reason="fenced"}',
    'breaker_open',
  ]) {
    expect(samples.get(series), series).toBe(0)
  }
})

test('only label sets that can occur are there', async () => {
  const names = [...(await samplesOf(processorMetrics())).keys()]
  const rejections = Object.values(REASONS).filter(({ outcome }) => outcome === 'rejected')
  expect(names.filter(name => name.startsWith('records_rejected_total'))).toHaveLength(rejections.length)
})

test('what would be wrong at 0 is absent until it is set, and so are the series of partitions', async () => {
  const metrics = processorMetrics()
  const absent = ['last_commit_timestamp_seconds', 'topic_partitions', 'ready', 'consumer_lag_records']
  const namesOf = async () => [...(await samplesOf(metrics)).keys()].map(name => name.split('{')[0])
  expect((await namesOf()).filter(name => absent.includes(name ?? ''))).toEqual([])
  metrics.set('last_commit_timestamp_seconds', {}, 7)
  expect(await namesOf()).toContain('last_commit_timestamp_seconds')
})

test('counters add up, gauges are set, histograms observe', async () => {
  const metrics = processorMetrics()
  metrics.count('records_processed_total', { outcome: 'emitted' })
  metrics.count('records_processed_total', { outcome: 'emitted' }, 41)
  metrics.set('breaker_open', {}, 1)
  metrics.observe('queue_time_seconds', {}, 0.2)
  const samples = await samplesOf(metrics)
  expect(samples.get('records_processed_total{outcome="emitted"}')).toBe(42)
  expect(samples.get('breaker_open')).toBe(1)
  expect(samples.get('queue_time_seconds_bucket{le="0.1"}')).toBe(0)
  expect(samples.get('queue_time_seconds_bucket{le="0.25"}')).toBe(1)
})

test('the series of a partition goes when it is removed; its neighbour stays', async () => {
  const metrics = processorMetrics()
  for (const partition of [0, 1]) metrics.set('consumer_lag_records', { topic: 'raw', partition }, 5)
  metrics.remove('consumer_lag_records', { topic: 'raw', partition: 0 })
  const samples = await samplesOf(metrics)
  expect([...samples.keys()].filter(name => name.startsWith('consumer_lag_records'))).toEqual([
    'consumer_lag_records{topic="raw",partition="1"}',
  ])
})

test('a process shows its own groups; another metric appears when it is used', async () => {
  const metrics = createMetrics({
    groups: ['bridge'],
    topics: { read: [], written: ['raw'] },
    build: { version: '1', revision: 'x' },
  })
  const before = await samplesOf(metrics)
  expect(before.get('webhook_refused_total{reason="unauthorized"}')).toBe(0)
  expect(before.has('breaker_open')).toBe(false)
  metrics.count('producer_records_total', { topic: 'raw', result: 'ok' })
  expect((await samplesOf(metrics)).get('producer_records_total{topic="raw",result="ok"}')).toBe(1)
})

test("the process shows its build, its event loop and Node's own metrics", async () => {
  const samples = await samplesOf(processorMetrics())
  expect(samples.get(`build_info{version="1.2.3",revision="abc",nodejs="${process.version}"}`)).toBe(1)
  expect(samples.get('nodejs_eventloop_utilization_ratio')).toBeGreaterThanOrEqual(0)
  expect(samples.has('process_cpu_seconds_total')).toBe(true)
})

test('a processor with eight partitions stays under 500 samples', async () => {
  const metrics = processorMetrics()
  for (let partition = 0; partition < 8; partition += 1) {
    for (const name of [
      'consumer_lag_records',
      'consumer_lag_seconds',
      'consumer_retention_used_ratio',
    ] as const) {
      metrics.set(name, { topic: 'raw', partition }, 0)
    }
  }
  expect((await samplesOf(metrics)).size).toBeLessThan(500)
})

test('names are unique, well-formed and end with their unit', () => {
  const rows = Object.values(CATALOGUE).flatMap(group => Object.entries(group))
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length)
  for (const [name, { kind, help }] of rows) {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(kind === 'counter')
    expect(help).toMatch(/^[A-Z1].*[^.]$/)
  }
})

test('what is not declared does not compile', () => {
  const misuses = (metrics: MetricsRegistry) => {
    // @ts-expect-error: no such metric
    metrics.count('records_dreamt_total', {})
    // @ts-expect-error: a gauge is not counted
    metrics.count('breaker_open', {})
    // @ts-expect-error: the label's values are closed
    metrics.count('records_processed_total', { outcome: 'lost' })
    // @ts-expect-error: a label is missing
    metrics.count('records_rejected_total', { reason: 'user_unknown' })
    // @ts-expect-error: no such label
    metrics.count('webhook_events_total', { user: '7' })
  }
  expect(misuses).toBeTypeOf('function')
})
