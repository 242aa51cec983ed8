import { sourcePlace } from '../../errors/source-place.ts'
import { type Count, createStats, STATES, type State } from '../../errors/stats.ts'
import { createGroupOffsets } from '../../kafka/group-offsets.ts'
import { EXIT, type ExitCode } from '../command.ts'
import { spansOf } from '../reading.ts'
import { figure, printReport, tableOf } from '../report.ts'
import { type ErrorsContext, errorsOf, isAsked, sentLogOf } from './request.ts'

const NAMES = Object.keys(STATES) as State[]
const EVERYTHING = {
  ...{ since: undefined, until: Number.POSITIVE_INFINITY, partitions: null },
  ...{ from: 0, to: Number.POSITIVE_INFINITY },
}

export async function stats(context: ErrorsContext): Promise<ExitCode> {
  const { options, asked, settings, reader } = context
  const facet = options.by ?? 'reason'
  const spans = await spansOf(reader, settings.ERROR_TOPIC, 'ERROR_TOPIC', EVERYTHING)
  const counting = createStats(facet, {
    log: await sentLogOf(context),
    isProcessed: await processed(context),
  })
  for await (const error of errorsOf(context, spans)) counting.add(error, isAsked(asked, error))
  if (options.replayed) await findReplayed(context, counting)
  const { groups, all } = counting.result()

  // Where nobody has looked for them, 0 would be a claim.
  const names = NAMES.filter(state => state !== 'replayed' || options.replayed)
  const shown = (count: Count) =>
    Object.fromEntries([...names, 'total' as const].map(name => [name, count[name]]))
  const row = (name: string, count: Count) => [
    name,
    figure(count.total),
    ...names.map(state => figure(count[state])),
  ]
  printReport(
    {
      facts: {
        by: facet,
        groups: [...groups].map(([name, count]) => ({ [facet]: name, ...shown(count) })),
        all: shown(all),
      },
      parts: [
        tableOf(
          [facet, 'rejections', ...names.map(state => state.replaceAll('_', ' '))],
          [...[...groups].map(([name, count]) => row(name, count)), row('all', all)],
        ),
        ...names
          .filter(state => all[state] > 0)
          .map(state => `${state.replaceAll('_', ' ')}: ${STATES[state]}`),
      ],
    },
    options,
  )
  return EXIT.done
}

/**
 * Looks for open rejections on the output topic, whose records say of which raw record they are and have its time: so
 * it is read from the oldest open one on.
 */
async function findReplayed(
  { reader, settings, progress, signal }: ErrorsContext,
  counting: ReturnType<typeof createStats>,
): Promise<void> {
  const since = counting.openSince()
  if (!Number.isFinite(since)) return
  const { OUTPUT_TOPIC: topic } = settings
  const spans = await spansOf(reader, topic, 'OUTPUT_TOPIC', { ...EVERYTHING, since })
  let read = 0
  for await (const record of reader.read(topic, spans, signal)) {
    read++
    progress.at(() => `${figure(read)} tracking events read`)
    const place = sourcePlace(record)
    if (place !== null) counting.passed(place)
  }
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
