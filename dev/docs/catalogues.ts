import { COMMANDS } from '../../src/commands/index.ts'
import { CATALOGUE, PREFIX } from '../../src/observe/catalogue.ts'
import type { AnyInstrument, LabelValues } from '../../src/observe/instruments.ts'
import { REASONS } from '../../src/pipeline/reasons.ts'
import { code, page, table } from './markdown.ts'

export function errorsPage(): string {
  const sectionOf = (outcome: 'rejected' | 'ignored') =>
    table(
      ['reason', 'stage', 'message', 'what to do'],
      Object.entries(REASONS)
        .filter(([, row]) => row.outcome === outcome)
        .map(([reason, row]) => [code(reason), row.stage, row.message, row.mend]),
    )
  return page(
    'Reasons',
    'src/pipeline/reasons.ts',
    'Every raw record has one outcome: emitted, rejected or ignored. These are the reasons for the latter two.',
    `## Rejected

A rejected record goes to the error topic as it came. The header \`__streams.errors.exception\` holds the reason, and
\`__streams.errors.message\` the message; the metric \`${PREFIX}records_rejected_total\` counts them.`,
    sectionOf('rejected'),
    `## Ignored

An ignored record goes nowhere; the metric \`${PREFIX}records_ignored_total\` counts them.`,
    sectionOf('ignored'),
  )
}

export function metricsPage(): string {
  const sections = Object.entries<Record<string, AnyInstrument>>(CATALOGUE).map(([group, rows]) => {
    const lines = Object.entries(rows).map(([name, row]) => [
      code(`${PREFIX}${name}`),
      row.kind,
      Object.entries(row.labels)
        .map(([label, values]) => `${code(label)}: ${describeValues(values)}`)
        .join('; '),
      row.kind === 'histogram' ? `${row.help}. Buckets: ${row.buckets.join(' ')}` : row.help,
    ])
    return `## ${group}\n\n${table(['metric', 'kind', 'labels', 'what it says'], lines)}`
  })
  return page(
    'Metrics',
    'src/observe/catalogue.ts',
    `\`bridge\` and \`process\` serve them on \`METRICS_HOST:METRICS_PORT/metrics\`, each the groups that concern it, and
both those of Node.js itself (\`${PREFIX}process_*\`, \`${PREFIX}nodejs_*\`). A name ends with its unit. Every series
that is known at start stands at 0 from the start; those of a partition go when the process no longer owns it. No
label ever holds anything out of an event.`,
    ...sections,
  )
}

function describeValues(values: LabelValues): string {
  if (typeof values === 'string') return `the ${values}`.replace('the at start', 'known at start')
  return values.join(', ')
}

/** The commands with their operands, for the README. */
export async function commandsTable(): Promise<string> {
  const rows = Object.entries(COMMANDS).map(async ([name, { summary, load }]) => {
    const { args } = (await load()).command
    return [code(args === undefined ? name : `${name} ${args}`), summary]
  })
  return table(['command', 'does'], await Promise.all(rows))
}
