import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { CATALOGUE, type MetricGroup, PREFIX } from './catalogue.ts'
import type { AnyInstrument, LabelValues } from './instruments.ts'

type Groups = typeof CATALOGUE
/** The rows of all groups in one object. */
type Rows = { [G in MetricGroup]: (x: Groups[G]) => void }[MetricGroup] extends (x: infer All) => void
  ? All
  : never
type NameOf<K extends AnyInstrument['kind']> = {
  [N in keyof Rows]: Rows[N] extends { kind: K } ? N : never
}[keyof Rows]
type LabelValue<V extends LabelValues> = V extends readonly (infer One)[]
  ? One
  : V extends 'partition'
    ? number
    : string
type LabelsOf<N extends keyof Rows> = Rows[N] extends { labels: infer L extends Record<string, LabelValues> }
  ? { readonly [K in keyof L]: LabelValue<L[K]> }
  : never

/** What emits metrics: names without the prefix, and labels as the catalogue declares them. */
export interface Metrics {
  count<N extends NameOf<'counter'>>(name: N, labels: LabelsOf<N>, n?: number): void
  set<N extends NameOf<'gauge'>>(name: N, labels: LabelsOf<N>, value: number): void
  observe<N extends NameOf<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void
  /** Forgets one series: a partition that this process no longer owns. */
  remove<N extends keyof Rows>(name: N, labels: LabelsOf<N>): void
}

export interface MetricsRegistry extends Metrics {
  readonly contentType: string
  /** All metrics in Prometheus's text format. */
  text(): Promise<string>
}

export interface MetricsOptions {
  /** What the process does: all that can be at 0 in these groups is shown from the start. */
  readonly groups: readonly MetricGroup[]
  /** Known from the settings, so that their series, too, start at 0. */
  readonly topics: { readonly read: readonly string[]; readonly written: readonly string[] }
  readonly build: { readonly version: string; readonly revision: string }
}

const ROWS: Readonly<Record<string, AnyInstrument>> = Object.assign({}, ...Object.values(CATALOGUE))

/** Of Node's own metrics: they say nothing that one could act upon, and three are gauges by a counter's name. */
const UNFIT = ['handles', 'requests', 'resources'].flatMap(name => [name, `${name}_total`])

/** Metrics over a registry of their own, with Node's own metrics. A group not named appears when it is first used. */
export function createMetrics({ groups, topics, build }: MetricsOptions): MetricsRegistry {
  const registry = new Registry()
  const instruments = new Map<string, Counter | Gauge | Histogram>()

  // The public types tie name, kind and labels together, so the lookup needs no check of its own.
  function instrument<I extends Counter | Gauge | Histogram>(name: string): I {
    const known = instruments.get(name)
    if (known !== undefined) return known as I
    const created = create(name, ROWS[name] as AnyInstrument, registry)
    instruments.set(name, created)
    return created as I
  }

  const metrics: Metrics = {
    count: (name, labels, n = 1) => instrument<Counter>(name).inc(labels, n),
    set: (name, labels, value) => instrument<Gauge>(name).set(labels, value),
    observe: (name, labels, value) => instrument<Histogram>(name).observe(labels, value),
    remove: (name, labels) => instrument(name).remove(labels),
  }

  for (const [name, row] of groups.flatMap(group => Object.entries<AnyInstrument>(CATALOGUE[group]))) {
    if (row.absentAtFirst) continue
    for (const labels of labelSets(row, topics)) startAtZero(instrument(name), labels)
  }
  metrics.set('build_info', { ...build, nodejs: process.version }, 1)
  metrics.set('nodejs_heap_size_limit_bytes', {}, getHeapStatistics().heap_size_limit)
  collectDefaultMetrics({ register: registry, prefix: PREFIX })
  for (const name of UNFIT) registry.removeSingleMetric(`${PREFIX}nodejs_active_${name}`)
  let loop = performance.eventLoopUtilization()

  return {
    ...metrics,
    contentType: registry.contentType,
    text: () => {
      const since = performance.eventLoopUtilization(loop)
      loop = performance.eventLoopUtilization()
      metrics.set('nodejs_eventloop_utilization_ratio', {}, since.utilization)
      return registry.metrics()
    },
  }
}

function create(name: string, row: AnyInstrument, registry: Registry): Counter | Gauge | Histogram {
  const config = {
    name: `${PREFIX}${name}`,
    help: row.help,
    labelNames: Object.keys(row.labels),
    registers: [registry],
  }
  if (row.kind === 'counter') return new Counter(config)
  return row.kind === 'gauge' ? new Gauge(config) : new Histogram({ ...config, buckets: [...row.buckets] })
}

/** A counter born at 1 is invisible to increase(), and a missing series to every alert. */
function startAtZero(instrument: Counter | Gauge | Histogram, labels: Record<string, string>): void {
  if (instrument instanceof Histogram) instrument.zero(labels)
  else instrument.inc(labels, 0)
}

/** Every label set that is known at start; none where a label is a partition. */
function labelSets(row: AnyInstrument, topics: MetricsOptions['topics']): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}]
  for (const [label, spec] of Object.entries(row.labels)) {
    const known = valuesAtStart(spec, topics)
    sets = sets.flatMap(set => known.map(value => ({ ...set, [label]: value })))
  }
  return sets.filter(row.canBe ?? (() => true))
}

function valuesAtStart(spec: LabelValues, topics: MetricsOptions['topics']): readonly string[] {
  if (spec === 'read topic') return topics.read
  if (spec === 'written topic') return topics.written
  return spec === 'partition' || spec === 'at start' ? [] : spec
}
