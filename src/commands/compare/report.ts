import { type Comparison, differencesOf, type SideSummary } from '../../compare/compare.ts'
import type { LoggedEvent } from '../../compare/logged-event.ts'
import { maskName, outlineOf } from '../../errors/mask.ts'
import type { Json } from '../../pipeline/json/json.ts'
import { figure, type Report, tableOf } from '../report.ts'

interface Asked {
  readonly mostExamples: number
  readonly reveal: boolean
}

/** What a comparison found, for a person and for a script. */
export function comparisonReport(comparison: Comparison, { mostExamples, reveal }: Asked): Report {
  const { there, here, matched, pairs, onlyThere, onlyHere, beyond } = comparison
  const show = (value: Json | undefined) => {
    if (!value) return 'absent'
    return reveal ? value.text() : outlineOf(value)
  }
  const differences = differencesOf(pairs, mostExamples).map(({ path, count, examples }) => ({
    field: reveal ? path : path.split('.').map(maskName).join('.'),
    count,
    examples: examples.map(pair => ({
      ...{ there: pair.there.place, here: pair.here.place },
      ...{ valueThere: show(pair.there.fields.get(path)), valueHere: show(pair.here.fields.get(path)) },
    })),
  }))
  const places = (events: readonly LoggedEvent[]) =>
    events.slice(0, 10 * mostExamples).map(({ place }) => place)
  const counts = {
    ...{ matched, differ: pairs.length, onlyThere: onlyThere.length, onlyHere: onlyHere.length, beyond },
  }
  return {
    facts: {
      ...{ ...counts, there, here, differences },
      ...{ onlyThereAt: places(onlyThere), onlyHereAt: places(onlyHere) },
    },
    parts: [
      tableOf(['', "edX's log", 'here'], sideRows(there, here)),
      `${figure(matched)} events are equal, ${figure(pairs.length)} differ, ${figure(onlyThere.length)} are only in edX's log, ${figure(onlyHere.length)} only here`,
      differences.length === 0 ? '' : differenceTable(differences),
      onlyAt("Only in edX's log", onlyThere.length, places(onlyThere)),
      onlyAt('Only here', onlyHere.length, places(onlyHere)),
      beyond === 0
        ? ''
        : `${figure(beyond)} more have no equal and were only counted: take a shorter time, or --ignore what always differs`,
      reveal || differences.length === 0 ? '' : 'Values that may be personal are masked: --reveal shows them',
    ],
  }
}

const sideRows = (there: SideSummary, here: SideSummary) =>
  (
    [
      ['lines', ({ lines }) => figure(lines)],
      ["Segment's events", ({ events }) => figure(events)],
      ['repeats of them', ({ repeats }) => figure(repeats)],
      [
        'no JSON object',
        ({ unreadable, unreadableAt }) => `${figure(unreadable)} ${unreadableAt.slice(0, 3)}`,
      ],
      ['the first received', ({ first }) => first ?? 'none'],
      ['the last received', ({ last }) => last ?? 'none'],
    ] satisfies [string, (side: SideSummary) => string][]
  ).map(([name, of]) => [name, of(there).trim(), of(here).trim()])

interface ShownDifference {
  readonly field: string
  readonly count: number
  readonly examples: readonly {
    readonly there: string
    readonly here: string
    readonly valueThere: string
    readonly valueHere: string
  }[]
}

const differenceTable = (differences: readonly ShownDifference[]) =>
  tableOf(
    ['field', 'events', "edX's log", 'has', 'here', 'has'],
    differences.flatMap(({ field, count, examples }) =>
      examples.map(({ there, valueThere, here, valueHere }, i) => [
        ...(i === 0 ? [field, figure(count)] : ['', '']),
        ...[there, valueThere, here, valueHere],
      ]),
    ),
  )

const onlyAt = (title: string, count: number, places: readonly string[]) =>
  count === 0 ? '' : `${title}: ${places.join(', ')}${count > places.length ? ', …' : ''}`
