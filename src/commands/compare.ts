import { type Comparison, compareLogs, type Side } from '../compare/compare.ts'
import { logFiles } from '../compare/log-files.ts'
import { readSettings, type SettingsOf } from '../config.ts'
import { createTopicReader, type OpenTopicReader } from '../kafka/topic-reader.ts'
import type { Log } from '../observe/log.ts'
import { createTrackingEventReader } from '../schemas/tracking-event-reader.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { comparisonReport } from './compare/report.ts'
import { operatorsKafka } from './kafka-connection.ts'
import { startLog } from './observing.ts'
import { createProgress } from './progress.ts'
import { spansOf } from './reading.ts'
import { registryConnection } from './registry-connection.ts'
import { figure, JSON_OPTION, printReport } from './report.ts'
import { TIME_FORMS, timeOf } from './times.ts'

/** Segment sends what it has received at once as a rule, and an event is never stored before that. */
const CLOCKS_DIFFER_MS = 600_000

export const command = defineCommand({
  args: '<TRACKING.LOG...>',
  options: {
    with: {
      value: 'FILE',
      help: 'compare with this file, which `export` wrote, and not with the output topic',
    },
    since: { value: 'TIME', help: `events that Segment received at this time or later: ${TIME_FORMS}` },
    until: { value: 'TIME', help: 'events that Segment received before this time' },
    ignore: {
      value: 'FIELDS',
      help: 'fields that do not count, with all in them, such as host,context.path',
    },
    limit: { value: 'N', default: '3', help: 'how many examples to show of each difference' },
    reveal: { help: 'show values, which may be personal, and not only their kinds and lengths' },
    ...JSON_OPTION,
  },
  details: `While Segment posts to edX and to the bridge, both have the same events. This reads edX's tracking logs, plain or
compressed with gzip, takes from them what came through Segment's webhook, and looks for each event on the other side:
what is equal, what differs in which fields, what only one side has. A log holds no ids, so events are told by user,
times and name. Where a \`replay\` has repeated events, compare with an \`export\`. Exit code 1: there are differences.`,
  examples: [
    ['compare tracking.log', "compares edX's log with the output topic"],
    ['compare --with tracking.log --ignore host,context.path tracking.log', 'compares two files'],
    ['compare --since 2026-11-01 --until 2026-11-08 --json tracking.log', 'a week, for a script'],
  ],
  async run({ args, options, env, signal }) {
    const now = Date.now()
    const since =
      options.since === undefined ? Number.NEGATIVE_INFINITY : timeOf('--since', options.since, now)
    const until =
      options.until === undefined ? Number.POSITIVE_INFINITY : timeOf('--until', options.until, now)
    if (!/^\d{1,4}$/.test(options.limit))
      throw new UsageError(`--limit is ${options.limit}: expected a number`)
    const settings = readSettings(env, 'compare')
    const log = startLog('compare', env, settings)
    const here =
      options.with === undefined ? topicSide(settings, log, since, signal) : fileSide(options.with, signal)
    const ignored = (options.ignore ?? '').split(',').map(path => path.trim())
    const progress = createProgress()
    let lines = 0
    try {
      const comparison = await compareLogs({
        there: logFiles(args, signal),
        here: here.side,
        isIgnored: path => ignored.includes(path),
        isInTime: receivedAt => {
          const time = Date.parse(receivedAt)
          return Number.isNaN(time) || (time >= since && time < until)
        },
        onLine: () => {
          lines++
          progress.at(() => `${figure(lines)} lines read`)
        },
      })
      progress.clear()
      printReport(comparisonReport(comparison, { mostExamples: Number(options.limit), ...options }), options)
      return isEqual(comparison) ? EXIT.done : EXIT.failed
    } finally {
      progress.clear()
      await here.close()
    }
  },
})

const isEqual = ({ pairs, onlyThere, onlyHere, beyond }: Comparison): boolean =>
  pairs.length + onlyThere.length + onlyHere.length + beyond === 0

interface OpenSide {
  readonly side: Side
  close(): Promise<void>
}

const fileSide = (file: string, signal: AbortSignal): OpenSide => ({
  side: logFiles([file], signal),
  close: async () => {},
})

function topicSide(settings: SettingsOf<'compare'>, log: Log, since: number, signal: AbortSignal): OpenSide {
  const { OUTPUT_TOPIC: topic, KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = settings
  if (!KAFKA_BROKERS || !SCHEMA_REGISTRY_URL) {
    throw new UsageError(
      'Nothing to compare with: give --with FILE, or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL for the output topic',
    )
  }
  const reader: OpenTopicReader = createTopicReader(operatorsKafka({ ...settings, KAFKA_BROKERS }, log))
  const lineOf = createTrackingEventReader(registryConnection({ ...settings, SCHEMA_REGISTRY_URL }))
  const from = since - CLOCKS_DIFFER_MS
  return {
    async *side() {
      const spans = await spansOf(reader, topic, 'OUTPUT_TOPIC', {
        ...{ since: Number.isFinite(from) ? Math.max(0, from) : undefined, until: Number.POSITIVE_INFINITY },
        ...{ partitions: null, from: 0, to: Number.POSITIVE_INFINITY },
      })
      for await (const { partition, offset, value } of reader.read(topic, spans, signal))
        yield { place: `${partition}:${offset}`, text: await lineOf(value) }
    },
    close: () => reader.close(),
  }
}
