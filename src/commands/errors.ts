import { readSettings } from '../config.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import { REASONS } from '../pipeline/reasons.ts'
import { defineCommand, type ExitCode, UsageError } from './command.ts'
import { list } from './errors/list.ts'
import { replay } from './errors/replay.ts'
import { type ErrorsContext, type Given, OPTIONS } from './errors/request.ts'
import { show } from './errors/show.ts'
import { stats } from './errors/stats.ts'
import { operatorsKafka } from './kafka-connection.ts'
import { startLog } from './observing.ts'
import { createProgress } from './progress.ts'
import { RANGE_OPTIONS, rangeOf } from './range.ts'

type Action = (context: ErrorsContext) => Promise<ExitCode>

const FILTERS = [...Object.keys(RANGE_OPTIONS), 'reason', 'stage', 'key']
const ACTIONS: Readonly<Record<string, { run: Action; takes: readonly string[] }>> = {
  stats: { run: stats, takes: [...FILTERS, 'by', 'replayed', 'json'] },
  list: { run: list, takes: [...FILTERS, 'limit', 'reveal', 'json'] },
  show: { run: show, takes: ['reveal', 'json'] },
  replay: {
    run: replay,
    takes: [...FILTERS, 'limit', 'rate', 'maxReplays', 'again', 'try', 'execute', 'json'],
  },
}

export const command = defineCommand({
  args: '<stats|list|show|replay> [PARTITION:OFFSET]',
  options: OPTIONS,
  details: `  stats   counts rejections by reason, stage or hour of receipt, and tells open ones from cured ones
  list    the newest that are asked for
  show    one of them with its headers, its payload, and what can be done; values that may be somebody's are masked
  replay  sends those that are asked for back to the raw topic: shows what it would send, and sends with --execute.
          What was sent is kept in a topic beside the error topic, so that it may be run again, be interrupted, and be
          run twice at once: nothing is sent twice. --try translates them with today's rules and users first; with
          --execute, only those that pass are sent.`,
  examples: [
    ['errors stats', 'how many rejections there are for each reason, and where they stand'],
    ['errors list --reason user_unknown --since PT6H', 'the newest of the last six hours'],
    ['errors show 3:17', 'the record of partition 3, offset 17'],
    ['errors replay --reason user_unknown --try', 'how many would pass now; sends nothing'],
    ['errors replay --reason user_unknown --rate 200 --execute', 'sends them, 200 a second at most'],
  ],
  async run({ options, args, env, signal }) {
    const [name = '', place] = args
    const action = ACTIONS[name]
    if (!action) throw new UsageError(`errors ${name}: expected ${Object.keys(ACTIONS).join(', ')}`)
    throwUnlessTaken(name, action.takes, options)
    if ((name === 'show') !== (place !== undefined)) {
      throw new UsageError(`errors ${name} ${place === undefined ? 'needs' : 'takes no'} PARTITION:OFFSET`)
    }
    const now = Date.now()
    const asked = { range: rangeOf(options, now), ...filterOf(options) }
    const settings = readSettings(env, 'errors')
    const log = startLog('errors', env, settings)
    const kafka = operatorsKafka(settings, log)
    const reader = createTopicReader(kafka)
    const progress = createProgress()
    try {
      return await action.run({ options, place, asked, settings, kafka, reader, progress, signal })
    } finally {
      progress.clear()
      await reader.close()
    }
  },
})

/** An option that an action does not take would be ignored in silence. */
function throwUnlessTaken(action: string, takes: readonly string[], options: Given): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false || takes.includes(name)) continue
    const flag = `--${name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)}`
    throw new UsageError(`errors ${action} does not take ${flag}`)
  }
}

function filterOf({ reason, stage, key }: Given) {
  const reasons = reason === undefined ? null : new Set(reason.split(',').map(each => each.trim()))
  for (const each of reasons ?? []) {
    if (each in REASONS && REASONS[each as keyof typeof REASONS].outcome === 'rejected') continue
    throw new UsageError(`--reason ${each} is none: docs/errors.md lists them`)
  }
  return { reasons, stage: stage ?? null, key: key ?? null }
}
