import type { Log } from '../observe/log.ts'
import { REASONS } from '../pipeline/reasons.ts'
import type { Tally } from './tally.ts'

/**
 * The two warnings of the view that this replaces: an event was rejected, and a course id is no course key. They
 * say where the record is, never what is in it, and the log holds them to a few a minute; the metrics count them all.
 */
export function logTally(log: Log, { records, outcomes }: Tally): void {
  for (const [i, outcome] of outcomes.entries()) {
    const isUnparsed = outcome.kind === 'emitted' && outcome.courseIdUnparsed
    const record = records[i]
    if (record === undefined || !(isUnparsed || outcome.kind === 'rejected')) continue
    const { topic, partition, offset } = record
    if (outcome.kind === 'rejected') {
      const { reason } = outcome
      const { stage, message } = REASONS[reason]
      log.warn({ event: 'record_rejected', topic, partition, offset, stage, reason }, `Rejected: ${message}`)
    } else {
      log.warn(
        { event: 'course_id_unparsed', topic, partition, offset },
        'The course_id is no course key: the event is emitted all the same',
      )
    }
  }
}
