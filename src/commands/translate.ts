import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { readSettings, type SettingsOf } from '../config.ts'
import { linesOf } from '../lines.ts'
import { trackingEventType } from '../pipeline/encode.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import type { Headers } from '../pipeline/shapes.ts'
import type { UserDirectory } from '../ports.ts'
import { translateBatch } from '../processor/translate-batch.ts'
import { type Summary, translate } from '../translate/translate.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { startLog } from './observing.ts'
import { pipelineSettings } from './pipeline-settings.ts'

/** Offline the registry is not asked; the id is in the bytes and never in what is printed. */
const OFFLINE = { schemaId: 0, outputPartitions: 1, errorPartitions: 1 }

export const command = defineCommand({
  args: '[FILE...]',
  options: {
    users: {
      value: 'FILE',
      help: 'CSV with the header id,username; without it users come from DATABASE_URL',
    },
    requestPath: { value: 'PATH', help: 'path of the webhook request, as the bridge would have kept it' },
    requestHost: { value: 'HOST', help: 'host of the webhook request' },
  },
  details: `Reads one raw event a line (standard input without FILE) and writes one JSON line for each, in order:
  {"line":1,"outcome":"emitted","event":{…}}   the tracking-log line, decoded again from its Avro bytes
  {"line":2,"outcome":"ignored","reason":"channel_ignored","message":"…"}
  {"line":3,"outcome":"rejected","reason":"user_unknown","message":"…"}
It runs the pipeline of \`process\` and needs neither Kafka nor a registry. A line that is not JSON is a rejected
record, not a failure. A summary goes to standard error.`,
  examples: [
    ['translate --users users.csv events.ndjson', 'translates a file with the users of another'],
    ['translate --users users.csv < events.ndjson > outcomes.ndjson', 'the same between other programs'],
  ],
  async run({ options, args, env, signal }) {
    const settings = readSettings(env, 'translate')
    startLog('translate', env, settings)
    const directory = await openDirectory(options.users, settings)
    const pipeline = createPipeline(pipelineSettings(settings, OFFLINE))
    try {
      const summary = await translate({
        lines: linesOf(inputs(args, signal)),
        topic: settings.RAW_TOPIC,
        headers: requestHeaders(options.requestPath, options.requestHost),
        translateBatch: records => translateBatch(records, pipeline, directory),
        outputType: trackingEventType(pipelineSettings(settings, OFFLINE).schema),
        write: async text => {
          if (!process.stdout.write(text)) await once(process.stdout, 'drain', { signal })
        },
        signal,
      })
      process.stderr.write(summaryText(summary))
    } finally {
      await directory.close()
    }
    return EXIT.done
  },
})

async function openDirectory(
  file: string | undefined,
  settings: SettingsOf<'translate'>,
): Promise<UserDirectory & { close(): Promise<void> }> {
  if (file !== undefined) {
    const { csvUserDirectory } = await import('../users/csv-user-directory.ts')
    return { ...(await csvUserDirectory(file)), close: async () => {} }
  }
  if (settings.DATABASE_URL === undefined) {
    throw new UsageError(
      'No users to look up: give --users FILE (CSV with the header id,username) or set DATABASE_URL',
    )
  }
  const { openUsers } = await import('./users.ts')
  return openUsers({ ...settings, DATABASE_URL: settings.DATABASE_URL })
}

async function* inputs(files: readonly string[], signal: AbortSignal): AsyncGenerator<Buffer> {
  if (files.length === 0) yield* addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>
  for (const file of files) {
    let lastByte = 0x0a
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) {
      lastByte = chunk.at(-1)
      yield chunk
    }
    // A file whose last line has no newline must not run into the next file.
    if (lastByte !== 0x0a) yield Buffer.from('\n')
  }
}

const requestHeaders = (path: string | undefined, host: string | undefined): Headers => ({
  ...(path !== undefined && { 'webhook-path': path }),
  ...(host !== undefined && { 'webhook-host': host }),
})

function summaryText({ lines, emitted, ignored, rejected, reasons }: Summary): string {
  const sorted = [...reasons].sort((a, b) => b[1] - a[1])
  const why = sorted.map(([reason, n]) => `\n  ${reason} ${n}`).join('')
  return `${lines} lines: ${emitted} emitted, ${ignored} ignored, ${rejected} rejected${why}\n`
}
