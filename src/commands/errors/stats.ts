import { type Count, createStats, STATES, type State } from '../../errors/stats.ts'
import { createGroupOffsets } from '../../kafka/group-offsets.ts'
import { EXIT, type ExitCode } from '../command.ts'
import { spansOf } from '../reading.ts'
import { figure, printReport, tableOf } from '../report.ts'
import { type ErrorsContext, errorsOf, isAsked, sentLogOf } from './request.ts'

const NAMES = Object.keys(STATES) as State[]

export async function stats(context: ErrorsContext): Promise<ExitCode> {
  const { options, asked, settings, reader } = context
  const facet = options.by ?? 'reason'
  const { since: _, ...whole } = asked.range
  const everything = { ...whole, since: undefined, partitions: null, from: 0, to: Infinity }
  const spans = await spansOf(reader, settings.ERROR_TOPIC, 'ERROR_TOPIC', everything)
  const counting = createStats(facet, {
    log: await sentLogOf(context),
    isProcessed: await processed(context),
  })
  for await (const error of errorsOf(context, spans)) counting.add(error, isAsked(asked, error))
  const { groups, all } = counting.result()

  const row = (name: string, count: Count) => [
    name,
    figure(count.total),
    ...NAMES.map(state => figure(count[state])),
  ]
  printReport(
    {
      facts: { by: facet, groups: [...groups].map(([name, count]) => ({ [facet]: name, ...count })), all },
      parts: [
        tableOf(
          [facet, 'rejections', ...NAMES.map(state => state.replaceAll('_', ' '))],
          [...[...groups].map(([name, count]) => row(name, count)), row('all', all)],
        ),
        ...NAMES.filter(state => all[state] > 0).map(
          state => `${state.replaceAll('_', ' ')}: ${STATES[state]}`,
        ),
      ],
    },
    options,
  )
  return EXIT.done
}

/** Whether the consumer group is past a place of the raw topic. */
async function processed({
  settings,
  kafka,
}: ErrorsContext): Promise<(partition: number, offset: number) => boolean> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const committed = await createGroupOffsets(admin, settings.CONSUMER_GROUP, settings.RAW_TOPIC).stable()
    return (partition, offset) => offset < (committed.get(partition)?.offset ?? 0)
  } finally {
    await admin.disconnect()
  }
}
