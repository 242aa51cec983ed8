import type { ErrorRecord } from '../../errors/error-record.ts'
import { maskKey } from '../../errors/mask.ts'
import type { SentLog } from '../../errors/sent-log.ts'
import { EXIT, type ExitCode } from '../command.ts'
import { spansOf } from '../reading.ts'
import { figure, printReport, tableOf } from '../report.ts'
import { askedErrors, type ErrorsContext, numberOf, sentLogOf } from './request.ts'

export async function list(context: ErrorsContext): Promise<ExitCode> {
  const { options, asked, settings, reader } = context
  const limit = numberOf('--limit', options.limit ?? '50')
  const spans = await spansOf(reader, settings.ERROR_TOPIC, 'ERROR_TOPIC', asked.range)
  const log = await sentLogOf(context)
  const newest: Listed[] = []
  let found = 0
  for await (const error of askedErrors(context, spans)) {
    found++
    newest.push(listed(error, log, options.reveal))
    // Cut now and then, so that a long topic takes no more memory than a few of them.
    if (newest.length >= 2 * limit + 1_000) keepNewest(newest, limit)
  }
  keepNewest(newest, limit)
  const rows = newest.map(each => [
    each.place,
    each.receivedAt,
    each.reason,
    each.stage,
    each.key ?? '',
    each.state,
  ])
  printReport(
    {
      facts: { found, newest },
      parts: [
        tableOf(['place', 'received', 'reason', 'stage', 'key', 'state'], rows),
        found > limit
          ? `The newest ${figure(limit)} of ${figure(found)}: --limit shows more`
          : `${figure(found)} found`,
      ],
    },
    options,
  )
  return EXIT.done
}

interface Listed {
  readonly place: string
  readonly receivedAt: string
  readonly reason: string
  readonly stage: string
  readonly key: string | null
  readonly replayCount: number
  readonly state: string
}

const listed = (
  { record, reason, stage, replayCount, identity }: ErrorRecord,
  log: SentLog,
  reveal: boolean,
): Listed => ({
  place: `${record.partition}:${record.offset}`,
  receivedAt: new Date(record.timestamp).toISOString(),
  ...{ reason, stage, replayCount },
  key: maskKey(record.key, reveal),
  state: { none: 'open', intent: 'in doubt', sent: 'sent back' }[log.get(identity)?.state ?? 'none'],
})

function keepNewest(all: Listed[], limit: number): void {
  all.sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : a.receivedAt > b.receivedAt ? 1 : 0))
  all.splice(0, all.length - limit)
}
