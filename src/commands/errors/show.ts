import { readErrorRecord } from '../../errors/error-record.ts'
import { layOut, maskKey } from '../../errors/mask.ts'
import { REASONS, type ReasonCode } from '../../pipeline/reasons.ts'
import type { Headers, RawRecord } from '../../pipeline/shapes.ts'
import { EXIT, type ExitCode, UsageError } from '../command.ts'
import { spansOf } from '../reading.ts'
import { printReport, tableOf } from '../report.ts'
import { type ErrorsContext, sentLogOf } from './request.ts'

/** Headers whose values are the product's own, or the webhook's. */
const OURS = /^(__streams\.errors\.|segedx\.error\.|webhook-)/

export async function show(context: ErrorsContext): Promise<ExitCode> {
  const { options, place = '' } = context
  const record = await recordAt(context, place)
  const { reveal } = options
  const error = readErrorRecord(record)
  const sent = error && (await sentLogOf(context)).get(error.identity)
  const headers = headersOf(record.headers, reveal)
  const mend = error && error.reason in REASONS ? REASONS[error.reason as ReasonCode].mend : null
  const payload = payloadOf(record.value, reveal)
  printReport(
    {
      facts: {
        place,
        receivedAt: new Date(record.timestamp).toISOString(),
        key: maskKey(record.key, reveal),
        ...{ headers, payload, mend, sent: sent ?? null },
      },
      parts: [
        tableOf(
          ['what', 'value'],
          [
            ['place', place],
            ['received', new Date(record.timestamp).toISOString()],
            ['key', maskKey(record.key, reveal) ?? 'none'],
            ...Object.entries(headers),
          ],
        ),
        payload,
        mend === null ? '' : `What can be done: ${mend}`,
        sent ? `It was sent back, to ${sent.partition}:${sent.offset} of ${context.settings.RAW_TOPIC}` : '',
        reveal ? '' : 'Values that may be personal are masked: --reveal shows them',
      ],
    },
    options,
  )
  return EXIT.done
}

async function recordAt(
  { reader, settings, asked, signal }: ErrorsContext,
  place: string,
): Promise<RawRecord> {
  const [, p, o] = /^(\d{1,6}):(\d{1,15})$/.exec(place) ?? []
  if (p === undefined || o === undefined) {
    throw new UsageError(`${JSON.stringify(place)} is no place: expected PARTITION:OFFSET, such as 3:17`)
  }
  const [partition, offset] = [Number(p), Number(o)]
  const span = (await spansOf(reader, settings.ERROR_TOPIC, 'ERROR_TOPIC', asked.range)).get(partition)
  const only = new Map([[partition, { from: offset, to: offset + 1 }]])
  if (span && offset >= span.from && offset < span.to) {
    for await (const record of reader.read(settings.ERROR_TOPIC, only, signal)) return record
  }
  const holds = span ? `offsets ${span.from} to ${span.to - 1} of it` : 'no such partition'
  throw new Error(`${settings.ERROR_TOPIC} has no record at ${place}: there are ${holds}`)
}

const headersOf = (headers: Headers, reveal: boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const text = [value].flat().map(String).join(', ')
      return [name, reveal || OURS.test(name) ? text : `‹${text.length} characters›`]
    }),
  )

function payloadOf(value: Buffer | null, reveal: boolean): string {
  if (value === null) return 'no payload: a tombstone'
  const json = layOut(value, reveal)
  if (json !== null) return json
  return reveal ? value.toString() : `‹no JSON, ${value.length} bytes›`
}
