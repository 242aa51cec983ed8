import type { Log } from '../observe/log.ts'
import { REASONS } from '../pipeline/reasons.ts'
import type { Outcome, RawRecord } from '../pipeline/shapes.ts'
import type { Tally } from './tally.ts'

/**
 * What an operator should know of single records: the two warnings of the view that this replaces (an event was
 * rejected, and a course id is no course key), wishes for deletion, and events of the other rule set. It is said
 * where the record is, never what is in it; the log holds each to a few a minute, and the metrics count them all.
 */
export function logTally(log: Log, { records, outcomes }: Tally): void {
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i] as Outcome
    // Nothing is said of most.
    if (outcome.kind !== 'emitted' || outcome.courseIdUnparsed)
      logOutcome(log, records.at(i) as RawRecord, outcome)
  }
}

function logOutcome(log: Log, { topic, partition, offset }: RawRecord, outcome: Outcome): void {
  const place = { topic, partition, offset }
  if (outcome.kind === 'emitted') {
    const message = 'The course_id is no course key: the event is emitted all the same'
    log.warn({ event: 'course_id_unparsed', ...place }, message)
    return
  }
  const { reason, otherRules: rules } = outcome
  if (outcome.kind === 'rejected') {
    const { stage, message } = REASONS[reason]
    log.warn({ event: 'record_rejected', ...place, stage, reason }, `Rejected: ${message}`)
  }
  if (rules !== undefined) {
    log.warn(
      { event: 'other_rules', ...place, looksLike: rules },
      `What is not emitted has the form of events for RULES=${rules}: see "For whom the rules fit" in README.md`,
    )
  }
  if (reason === 'segment_delete') {
    log.info(
      { event: 'segment_delete', ...place },
      "Segment asks for the deletion of a person's data; docs/privacy.md says what is where",
    )
  }
}
