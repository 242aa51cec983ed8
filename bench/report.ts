import type { Measured } from './run.ts'

/** By contender, in the order of their first runs. */
export type Results = ReadonlyMap<string, readonly Measured[]>
type Figure = Exclude<keyof Measured, 'contender'>

const COLUMNS: readonly (readonly [string, Figure])[] = [
  ['events/s', 'eventsPerSecond'],
  ['second half', 'secondHalfPerSecond'],
  ['client CPU µs', 'clientCpuMicros'],
  ['second half', 'secondHalfCpuMicros'],
  ['broker CPU µs', 'brokerCpuMicros'],
  ['RSS MB', 'rssMegabytes'],
  ['start s', 'startSeconds'],
]

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Median (least–greatest) of each figure. */
export function table(results: Results): string {
  const head = ['', 'runs', ...COLUMNS.map(([title]) => title)]
  const rows = [...results].map(([name, runs]) => [
    name,
    String(runs.length),
    ...COLUMNS.map(([, figure]) => spread(runs.map(run => run[figure]))),
  ])
  return markdownTable([head, ...rows])
}

/** The first row is the head. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Median (least–greatest). */
export function spread(values: readonly number[]): string {
  const digits = median(values) < 100 ? 1 : 0
  const text = (value: number) => (value >= 10_000 ? `${(value / 1_000).toFixed(1)}k` : value.toFixed(digits))
  const all = `${text(Math.min(...values))}–${text(Math.max(...values))}`
  return values.length === 1 ? text(median(values)) : `${text(median(values))} (${all})`
}

/** Of two contenders; null where one of them did not run. */
export function ratio(results: Results, a: string, b: string, figure: Figure): number | null {
  const [ours, theirs] = [a, b].map(name => results.get(name)?.map(run => run[figure]) ?? [])
  return ratioOfPairs(ours ?? [], theirs ?? [])
}

/**
 * The median of the ratios of what was measured in the same turns, since the machine's speed differs more from one turn to
 * another; to three places, and null where one of both was not measured.
 */
export function ratioOfPairs(ours: readonly number[], theirs: readonly number[]): number | null {
  const count = Math.min(ours.length, theirs.length)
  const value = median(ours.slice(0, count).map((own, i) => own / (theirs[i] ?? Number.NaN)))
  return Number.isNaN(value) ? null : Math.round(value * 1_000) / 1_000
}
