import { setTimeout as sleep } from 'node:timers/promises'
import { createChooser } from '../../errors/choice.ts'
import type { ErrorRecord } from '../../errors/error-record.ts'
import { resend } from '../../errors/resend.ts'
import { sentTopicOf } from '../../errors/sent-log.ts'
import { settle } from '../../errors/settle.ts'
import { takeLock } from '../../kafka/group-lock.ts'
import { openTopicWriter } from '../../kafka/topic-writer.ts'
import { type Lock, LockHeldError, type Spans, TopicNotFoundError, type TopicWriter } from '../../ports.ts'
import { EXIT, type ExitCode, UsageError } from '../command.ts'
import { spansOf } from '../reading.ts'
import { figure, printReport } from '../report.ts'
import { createTally, type Tally, tallyReport } from './replay-report.ts'
import { askedErrors, type ErrorsContext, numberOf, sentLogOf } from './request.ts'
import { openTrial, type Trial } from './trial.ts'

/** A holder that lives is found out sooner. */
const PATIENCE_MS = 2_500

export async function replay(context: ErrorsContext): Promise<ExitCode> {
  const { options, asked, settings, reader } = context
  const limits = limitsOf(context)
  const spans = await spansOf(reader, settings.ERROR_TOPIC, 'ERROR_TOPIC', asked.range)
  const trial = options.try ? openTrial(settings) : null
  const tally = createTally()
  let isDone = false
  try {
    if (options.execute) await send(context, spans, limits, trial, tally)
    else {
      const log = await sentLogOf(context)
      const choose = createChooser({ log, again: options.again, maxReplays: limits.maxReplays })
      for await (const _ of chosen(context, spans, limits, choose, trial, tally)) tally.count++
    }
    isDone = true
  } finally {
    await trial?.close()
    context.progress.clear()
    // Also of a run that was interrupted, if it has sent anything.
    if (isDone || tally.count > 0) {
      printReport(tallyReport(tally, { ...options, rawTopic: settings.RAW_TOPIC }), options)
    }
  }
  return EXIT.done
}

interface Limits {
  readonly limit: number
  readonly rate: number
  readonly maxReplays: number
}

function limitsOf({ options }: ErrorsContext): Limits {
  return {
    limit: options.limit === undefined ? Infinity : numberOf('--limit', options.limit),
    rate: numberOf('--rate', options.rate ?? '1000'),
    maxReplays: numberOf('--max-replays', options.maxReplays ?? '5'),
  }
}

type Choose = ReturnType<typeof createChooser>

/** Rejections to be sent: asked for, not sent before, within the limit, and passing where that is tried. */
async function* chosen(
  context: ErrorsContext,
  spans: Spans,
  { limit }: Limits,
  choose: Choose,
  trial: Trial | null,
  tally: Tally,
): AsyncGenerator<ErrorRecord> {
  const picked = async function* () {
    let left = limit
    for await (const error of askedErrors(context, spans)) {
      const verdict = choose(error)
      if (verdict === 'send' && left-- <= 0) return
      tally.choose(error.reason, verdict)
      if (verdict === 'send') yield error
    }
  }
  if (trial) yield* trial.passing(picked(), tally)
  else yield* picked()
}

type Sending = readonly [
  context: ErrorsContext,
  spans: Spans,
  limits: Limits,
  trial: Trial | null,
  tally: Tally,
]

async function send(...sending: Sending): Promise<void> {
  const [context] = sending
  const { kafka, settings } = context
  await throwIfMissing(context, settings.RAW_TOPIC)
  await sentLogOf(context)
  const lock = await takePatiently(context)
  try {
    const sent = await openTopicWriter(kafka, sentTopicOf(settings.ERROR_TOPIC), { idempotent: false })
    const raw = await openTopicWriter(kafka, settings.RAW_TOPIC, { idempotent: true })
    try {
      await sendLocked({ lock, sent, raw }, ...sending)
    } finally {
      await Promise.all([sent.close(), raw.close()])
    }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') throw cause
    throw new Error('The run was cut off; run it again, which settles what is open', { cause })
  } finally {
    await lock.release()
  }
}

async function sendLocked(
  { lock, sent, raw }: { readonly lock: Lock; readonly sent: TopicWriter; readonly raw: TopicWriter },
  ...[context, spans, limits, trial, tally]: Sending
): Promise<void> {
  const { reader, settings, options, progress, signal } = context
  // Read again, since only now can nobody else write to it.
  const log = await sentLogOf(context)
  const common = { rawTopic: settings.RAW_TOPIC, reader, sent, log, lock, now: Date.now, signal }
  tally.settled = await settle(common)
  const choose = createChooser({ log, again: options.again, maxReplays: limits.maxReplays })
  await resend(chosen(context, spans, limits, choose, trial, tally), {
    ...common,
    ...{ raw, rate: limits.rate },
    pause: ms => sleep(ms, undefined, { signal }),
    onSent: records => {
      tally.count += records
      progress.at(() => `${figure(tally.count)} records sent`)
    },
  })
}

async function throwIfMissing({ reader }: ErrorsContext, rawTopic: string): Promise<void> {
  try {
    await reader.spans(rawTopic)
  } catch (error) {
    if (!(error instanceof TopicNotFoundError)) throw error
    throw new UsageError(`${error.message}: check RAW_TOPIC, or create it with \`setup\``)
  }
}

async function takePatiently({ kafka, settings }: ErrorsContext): Promise<Lock> {
  const say = () => process.stderr.write('Waiting for a run that may have died, or be at work …\n')
  const waiting = setTimeout(say, PATIENCE_MS)
  try {
    return await takeLock(kafka, sentTopicOf(settings.ERROR_TOPIC))
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error
    throw new Error('Another `errors replay --execute` is at work: wait until it has ended', { cause: error })
  } finally {
    clearTimeout(waiting)
  }
}
