import { markdownTable } from '../report.ts'
import type { LatencyMeasured, LatencyResults } from './latency.ts'

const COLUMNS: readonly (readonly [string, Exclude<keyof LatencyMeasured, 'contender'>, number])[] = [
  ['events/s', 'eventsPerSecond', 0],
  ['p50 ms', 'p50', 1],
  ['p95', 'p95', 1],
  ['p99', 'p99', 1],
  ['max', 'max', 1],
  ['client CPU µs', 'clientCpuMicros', 0],
  ['broker CPU µs', 'brokerCpuMicros', 0],
  ['broker % of a core', 'brokerCpuPercent', 1],
  ['transactions/s', 'transactionsPerSecond', 0],
]

/** A row for each contender and rate. The broker's CPU includes that for writing the raw records and for reading. */
export function latencyTable({ measured }: LatencyResults): string {
  const head = ['', ...COLUMNS.map(([title]) => title)]
  const rows = measured.map(one => [
    one.contender,
    ...COLUMNS.map(([, figure, digits]) => one[figure].toFixed(digits)),
  ])
  return markdownTable([head, ...rows])
}
