import { type CATALOGUE, PREFIX } from '../../src/observe/catalogue.ts'

/** A metric of the catalogue, or one of Node.js's own. What does not exist does not compile. */
export type MetricName =
  | { [G in keyof typeof CATALOGUE]: keyof (typeof CATALOGUE)[G] }[keyof typeof CATALOGUE]
  | `process_${string}`
  | `nodejs_${string}`

/** What the dashboards' variables choose. */
const CHOSEN = 'job=~"$job",instance=~"$instance"'
const RATE = '$__rate_interval'

export const select = (name: MetricName | `${MetricName}_${'bucket' | 'sum' | 'count'}`, labels = '') =>
  `${PREFIX}${name}{${[CHOSEN, labels].filter(part => part !== '').join(',')}}`

const by = (labels: string) => (labels === '' ? '' : ` by (${labels}) `)

export const total = (name: MetricName, labels = '', grouped = '') =>
  `sum${by(grouped)}(${select(name, labels)})`
export const highest = (name: MetricName, grouped = '') => `max${by(grouped)}(${select(name)})`
export const rate = (name: MetricName, grouped = '', labels = '') =>
  `sum${by(grouped)}(rate(${select(name, labels)}[${RATE}]))`
/** How much a counter grew, per step of a graph or over a time. */
export const increase = (name: MetricName, grouped = '', labels = '', over = RATE) =>
  `sum${by(grouped)}(increase(${select(name, labels)}[${over}]))`
export const quantile = (share: number, name: MetricName, grouped = '') =>
  `histogram_quantile(${share}, sum by (${['le', grouped].filter(part => part !== '').join(', ')}) (rate(${select(`${name}_bucket`)}[${RATE}])))`
export const mean = (name: MetricName) =>
  `sum(rate(${select(`${name}_sum`)}[${RATE}])) / sum(rate(${select(`${name}_count`)}[${RATE}]))`
export const buckets = (name: MetricName) => `sum by (le) (increase(${select(`${name}_bucket`)}[${RATE}]))`
