import type { Draft } from '../draft.ts'
import type { TrackingEvent, User, Verdict } from '../shapes.ts'

/** What a site may choose; lists are in lower case. */
export interface RuleSettings {
  readonly allowedChannels: ReadonlySet<string>
  readonly allowedActions: ReadonlySet<string>
}

/** A statement about an event: null where it holds, after writing into the draft what it found. */
export type Rule = (draft: Draft, settings: RuleSettings) => Verdict

/** The rules of one version of edX's view, in their order, with the user look-up between the two lists. */
export interface RuleSet {
  readonly beforeUser: readonly Rule[]
  readonly afterUser: readonly Rule[]
  readonly translate: (draft: Draft, user: User) => TrackingEvent
}
