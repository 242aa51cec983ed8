import { markdownTable } from '../report.ts'
import type { GrowthResults, SeenSeries } from './growth.ts'
import type { Law } from './law.ts'
import type { Seen, Series } from './series.ts'

type Column = readonly [title: string, of: (seen: Seen) => string]

/** A backlog of one round has nothing that could be counted. */
const orNone = (text: (value: number) => string) => (value: number) =>
  Number.isFinite(value) ? text(value) : '–'
const whole = orNone(value => Math.round(value).toLocaleString('en-US'))
const tenths = orNone(value => value.toFixed(1))
const times = orNone(value => `×${value.toPrecision(2)}`)

const COLUMNS: readonly Column[] = [
  ['events/s', one => whole(one.eventsPerSecond)],
  ['client CPU µs', one => tenths(one.clientCpuMicros)],
  ['second half', one => tenths(one.secondHalfCpuMicros)],
  ['broker CPU µs', one => tenths(one.brokerCpuMicros)],
  ['RSS MB', one => one.rssMegabytesEach.map(whole).join(' + ')],
]
const MORE: Partial<Record<Series['grown'], readonly Column[]>> = {
  bytesEach: [['client CPU µs a KB', one => tenths((one.clientCpuMicros / one.bytesEach) * 1_000)]],
  users: [
    ['users asked for', one => whole(one.usersAsked)],
    ['queries', one => whole(one.databaseQueries)],
    ['PostgreSQL CPU µs', one => tenths(one.databaseCpuMicros)],
  ],
}

/** A table and a law for each series. CPU is of an event, memory of each process. */
export const growthTables = ({ series }: GrowthResults): string =>
  series.map(one => [`${one.name}:`, '', tableOf(one), '', lawText(one)].join('\n')).join('\n\n')

function tableOf({ grown, unit, seen }: SeenSeries): string {
  const columns = [...COLUMNS, ...(MORE[grown] ?? [])]
  return markdownTable([
    [unit, ...columns.map(([title]) => title)],
    ...seen.map(one => [one.beside ?? whole(one[grown]), ...columns.map(([, of]) => of(one))]),
  ])
}

function lawText({ grown, unit, law, seen }: SeenSeries): string {
  if (!law) return 'Too few events for a law.'
  const range = `From ${whole(law.from)} to ${whole(law.to)} ${unit}`
  const whose = grown === 'events' ? 'the client’s CPU in all' : 'the client’s CPU an event'
  const power = `${whose} grows as ${unit}^${law.exponent.toFixed(2)}`
  const ratios = [
    `an event costs the client ${times(law.clientCpuAnEvent)}, in the second half ${times(law.secondHalfCpuAnEvent)}`,
    `the broker ${times(law.brokerCpuAnEvent)}`,
    `events/s ${times(law.eventsPerSecond)}, memory in all ${times(law.rss)}`,
  ]
  const parts = grown === 'bytesEach' ? [lineText(law, seen)] : []
  return `${[`${range}, ${power}`, ...ratios, ...parts].join('; ')}.`
}

/** Of a straight line through the first and the last point. */
function lineText({ from, to }: Law, seen: readonly Seen[]): string {
  const cost = (one: Seen | undefined) => one?.clientCpuMicros ?? Number.NaN
  const slope = (cost(seen.at(-1)) - cost(seen[0])) / (to - from)
  return `${tenths(cost(seen[0]) - slope * from)} µs and ${tenths(slope * 1_000)} µs a KB`
}
