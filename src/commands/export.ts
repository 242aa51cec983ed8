import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import { readSettings } from '../config.ts'
import { type ExportSummary, exportLines } from '../export/export.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import { createTrackingEventReader } from '../schemas/tracking-event-reader.ts'
import { defineCommand, EXIT } from './command.ts'
import { operatorsKafka } from './kafka-connection.ts'
import { startLog } from './observing.ts'
import { createProgress, type Progress } from './progress.ts'
import { isInTime, RANGE_OPTIONS, rangeOf } from './range.ts'
import { recordsIn, spansOf } from './reading.ts'
import { registryConnection } from './registry-connection.ts'
import { figure } from './report.ts'

export const command = defineCommand({
  options: {
    ...RANGE_OPTIONS,
    output: { value: 'FILE', help: 'write to this file instead of standard output' },
    gzip: { help: 'compress what is written' },
    repeats: { help: 'write every record, not only the last of each (key, id) in the range' },
    follow: { help: 'go on with what comes, until Ctrl-C; repeats are written too' },
  },
  details: `Writes the lines that edX's own tracking log would have, as JSON, one a line: what committed records of the
output topic hold, partition after partition, each in order. Of records that repeat each other, as after a
\`replay\`, the last in the range is written. Times are those of receipt. What it did is said on standard error.`,
  examples: [
    ['export > tracking.log', 'all that the output topic holds'],
    ['export --since 2026-11-01 --until 2026-11-02 --gzip --output tracking.log.gz', 'a day, compressed'],
    ['export --since PT1H --partitions 0,3 --follow', 'two partitions, from an hour ago on'],
  ],
  async run({ options, env, signal }) {
    const range = rangeOf(options, Date.now())
    const settings = readSettings(env, 'export')
    const log = startLog('export', env, settings)
    const reader = createTopicReader(operatorsKafka(settings, log))
    const progress = createProgress()
    const summary: ExportSummary = { read: 0, lines: 0, repeats: 0, unreadable: [] }
    try {
      const spans = await spansOf(reader, settings.OUTPUT_TOPIC, 'OUTPUT_TOPIC', range)
      const lines = exportLines(
        {
          ...{ topic: settings.OUTPUT_TOPIC, spans, reader, signal },
          ...{ repeats: options.repeats, follow: options.follow },
          onRead: countReads(progress, recordsIn(spans) * (options.repeats ? 1 : 2)),
          isInTime: timestamp => isInTime(range, timestamp),
          lineOf: createTrackingEventReader(registryConnection(settings)),
        },
        summary,
      )
      await write(untilStopped(lines, signal), options)
      signal.throwIfAborted()
    } finally {
      progress.clear()
      process.stderr.write(summaryOf(summary))
      await reader.close()
    }
    return summary.unreadable.length > 0 ? EXIT.failed : EXIT.done
  },
})

interface Target {
  readonly output: string | undefined
  readonly gzip: boolean
  readonly follow: boolean
}

async function write(blocks: AsyncIterable<string>, { output, gzip, follow }: Target): Promise<void> {
  const target: Writable = output === undefined ? process.stdout : createWriteStream(output)
  const end = { end: output !== undefined }
  const source = Readable.from(blocks)
  // Whoever follows wants to see each event when it comes.
  if (gzip) await pipeline(source, createGzip(follow ? { flush: constants.Z_SYNC_FLUSH } : {}), target, end)
  else await pipeline(source, target, end)
}

/** Ends without an error when told to stop, so that what is written is whole. */
async function* untilStopped(blocks: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* blocks
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Tells how many of the records are read. */
function countReads(progress: Progress, total: number): () => void {
  let reads = 0
  return () => {
    reads++
    progress.at(() => `${figure(reads)} of ${figure(total)} records read`)
  }
}

function summaryOf({ read, lines, repeats, unreadable }: ExportSummary): string {
  const dropped = repeats > 0 ? `, ${figure(repeats)} repeats left out` : ''
  const places = unreadable.slice(0, 10).join(', ') + (unreadable.length > 10 ? ', …' : '')
  const strange =
    unreadable.length > 0 ? `${figure(unreadable.length)} records are no tracking events: ${places}\n` : ''
  return `${figure(read)} records read: ${figure(lines)} lines${dropped}\n${strange}`
}
