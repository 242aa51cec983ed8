import { decode } from './decode.ts'
import type { Draft } from './draft.ts'
import { eventEncoder, trackingEventType } from './encode.ts'
import { REASONS, type RejectedCode } from './reasons.ts'
import { RECORD_OVERHEAD_BYTES } from './record-bytes.ts'
import { createRouter, type RouteSettings } from './route.ts'
import { RULE_SETS, type RuleSetName } from './rules/index.ts'
import type { Rule, RuleSettings } from './rules/rule.ts'
import type { NotEmitted, Outcome, RawRecord, User, Verdict } from './shapes.ts'

/*
 * raw record ─ decode ─ check ─┤ look up users ├─ resolve ─ check ─ translate ─ encode ─ output record
 *              └──── admit ────┘                └──────────────── publish ───────────────┘
 *
 * Two pure halves around the one effect in the middle, so that a batch needs one query. Each ends early with
 * an outcome: ignored, or rejected with a reason of `reasons.ts`.
 */
export interface Pipeline {
  /**
   * Decodes a record and applies the rules that need no user: a draft to go on with before another record is admitted,
   * or the outcome.
   */
  admit(raw: RawRecord): Draft | Outcome
  /** The rest of the way, with the user that the draft's `userId` names; undefined where there is none. */
  publish(draft: Draft, user: User | undefined): Outcome
}

export interface PipelineSettings extends RouteSettings {
  readonly rules: RuleSetName
  readonly ruleSettings: RuleSettings
  /** The text of `schemas/tracking-event.avsc`, and the id the registry gave it. */
  readonly schema: string
  readonly schemaId: number
  /** `max.message.bytes` of the output topic. */
  readonly maxOutputBytes: number
}

export function createPipeline(settings: PipelineSettings): Pipeline {
  const rules = RULE_SETS[settings.rules]
  const others = Object.entries(RULE_SETS).filter(([name]) => name !== settings.rules)
  const encode = eventEncoder(trackingEventType(settings.schema), settings.schemaId)
  const router = createRouter(settings)

  const check = (draft: Draft, list: readonly Rule[]): Verdict => {
    for (const rule of list) {
      const verdict = rule(draft, settings.ruleSettings)
      if (verdict) return verdict
    }
    return null
  }

  const end = (raw: RawRecord, verdict: NonNullable<Verdict>): NotEmitted => {
    const { outcome, message } = REASONS[verdict]
    return outcome === 'ignored'
      ? ({ kind: outcome, reason: verdict } as NotEmitted)
      : reject(raw, verdict as RejectedCode, message)
  }

  /** Says so, too, where what does not pass may be meant for other rules. */
  const endOf = ({ raw, root }: Draft, verdict: NonNullable<Verdict>): NotEmitted => {
    const outcome = end(raw, verdict)
    if (!root.isObject || rules.isForm(root)) return outcome
    const other = others.find(([, { isForm }]) => isForm(root))
    return other ? { ...outcome, otherRules: other[0] } : outcome
  }

  const reject = (raw: RawRecord, reason: RejectedCode, message: string): NotEmitted => ({
    kind: 'rejected',
    reason,
    record: router.rejection(raw, reason, message),
  })

  /** The one catch around one record: a defect in the pipeline must not stop a partition. */
  const guard = <T>(raw: RawRecord, run: () => T): T | Outcome => {
    try {
      return run()
    } catch (error) {
      return reject(raw, 'internal_error', describeDefect(error))
    }
  }

  return {
    admit: raw =>
      guard(raw, () => {
        const draft = decode(raw)
        if (!draft) return end(raw, 'malformed_json')
        const verdict = check(draft, rules.beforeUser)
        return verdict ? endOf(draft, verdict) : draft
      }),

    publish: (draft, user) =>
      guard(draft.raw, () => {
        const { raw } = draft
        if (!user) return end(raw, 'user_unknown')
        const verdict = check(draft, rules.afterUser)
        if (verdict) return end(raw, verdict)
        const event = rules.translate(draft, user)
        const record = router.event(raw, event.id, draft.root.end, out => encode(event, out))
        const bytes = record.end - record.start + RECORD_OVERHEAD_BYTES
        if (bytes > settings.maxOutputBytes) return end(raw, 'record_too_large')
        return { kind: 'emitted', record, courseIdUnparsed: draft.courseIdUnparsed }
      }),
  }
}

/** Class and position of an error: its own message may hold values of the event. */
function describeDefect(error: unknown): string {
  if (!(error instanceof Error)) return REASONS.internal_error.message
  const position = /[\w-]+\.[jt]s:\d+:\d+/.exec(error.stack?.slice(error.message.length) ?? '')
  return `${error.name} at ${position?.[0] ?? 'an unknown position'}`
}
