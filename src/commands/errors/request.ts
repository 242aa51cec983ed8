import type { SettingsOf } from '../../config.ts'
import { type ErrorRecord, readErrorRecord } from '../../errors/error-record.ts'
import { readSentLog, type SentLog, sentTopicOf } from '../../errors/sent-log.ts'
import { type Spans, TopicNotFoundError, type TopicReader } from '../../ports.ts'
import { type Invocation, UsageError } from '../command.ts'
import type { operatorsKafka } from '../kafka-connection.ts'
import type { Progress } from '../progress.ts'
import { isInTime, RANGE_OPTIONS, type Range, spansIn } from '../range.ts'
import { EXECUTE_OPTION, figure, JSON_OPTION } from '../report.ts'

export const OPTIONS = {
  ...RANGE_OPTIONS,
  reason: { value: 'LIST', help: 'only these reasons, such as user_unknown,record_too_large' },
  stage: {
    value: 'NAME',
    choices: ['decode', 'check', 'resolve', 'translate', 'encode'],
    help: 'only this stage',
  },
  key: { value: 'TEXT', help: 'only records of this Kafka key: of a user, the id' },
  by: { value: 'WHAT', choices: ['reason', 'stage', 'hour'], help: 'stats: what to count by (reason)' },
  replayed: { help: 'stats: look on the output topic for open ones that a `replay` has made pass' },
  limit: { value: 'N', help: 'list: so many, the newest (50); replay: so many, the oldest (all)' },
  reveal: { help: 'list, show: do not mask personal data' },
  try: { help: 'replay: translate with the rules and users of today, and show how many would pass' },
  rate: { value: 'N', help: 'replay: records a second at most (1000)' },
  maxReplays: { value: 'N', help: 'replay: leave out what was sent back this often (5)' },
  again: { help: 'replay: also what was sent before, or is in doubt' },
  ...EXECUTE_OPTION,
  ...JSON_OPTION,
} as const

export type Given = Invocation<typeof OPTIONS>['options']

/** What an action of `errors` works with. */
export interface ErrorsContext {
  readonly options: Given
  readonly place: string | undefined
  readonly asked: Asked
  readonly settings: SettingsOf<'errors'>
  readonly kafka: ReturnType<typeof operatorsKafka>
  readonly reader: TopicReader
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Which rejections somebody asks for. */
interface Asked {
  readonly range: Range
  readonly reasons: ReadonlySet<string> | null
  readonly stage: string | null
  readonly key: string | null
}

export function isAsked({ range, reasons, stage, key }: Asked, error: ErrorRecord): boolean {
  const { partition, offset, timestamp, key: own } = error.record
  return (
    (range.partitions?.has(partition) ?? true) &&
    offset >= range.from &&
    offset < range.to &&
    isInTime(range, timestamp) &&
    (reasons?.has(error.reason) ?? true) &&
    (stage === null || error.stage === stage) &&
    (key === null || own?.toString() === key)
  )
}

/** The records of the error topic; those that the processor did not write are left out. */
export async function* errorsOf(context: ErrorsContext, spans: Spans): AsyncGenerator<ErrorRecord> {
  const { reader, settings, progress, signal } = context
  let read = 0
  for await (const record of reader.read(settings.ERROR_TOPIC, spans, signal)) {
    read++
    progress.at(() => `${figure(read)} rejections read`)
    const error = readErrorRecord(record)
    if (error) yield error
  }
}

/** Only those that are asked for, in the order of each partition. */
export async function* askedErrors(context: ErrorsContext, spans: Spans): AsyncGenerator<ErrorRecord> {
  for await (const error of errorsOf(context, spansIn(context.asked.range, spans))) {
    if (isAsked(context.asked, error)) yield error
  }
}

/** What was sent back so far. */
export async function sentLogOf({ reader, settings, signal }: ErrorsContext): Promise<SentLog> {
  try {
    return await readSentLog(reader, sentTopicOf(settings.ERROR_TOPIC), signal)
  } catch (error) {
    if (!(error instanceof TopicNotFoundError)) throw error
    throw new UsageError(`${error.message}: create it with \`setup\``)
  }
}

/** A whole number that somebody gave as an option. Throws UsageError. */
export function numberOf(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`${option} is ${JSON.stringify(text)}: expected a whole number from 1 on`)
}
