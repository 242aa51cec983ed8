import type { Draft } from '../draft.ts'
import type { Json } from '../json/json.ts'
import type { Micros, Text, TrackingEvent, User, Verdict } from '../shapes.ts'

/** What a site may choose; lists are in lower case. The first two are the seed's, the others today's. */
export interface RuleSettings {
  readonly allowedChannels: ReadonlySet<string>
  readonly allowedActions: ReadonlySet<string>
  /** What `event_source` is by the name of the sender's library; in their own case. */
  readonly sourceMap: ReadonlyMap<string, string>
  readonly allowedTypes: ReadonlySet<string>
  readonly disallowedNames: readonly string[]
}

/** A statement about an event: null where it holds, after writing into the draft what it found. */
export type Rule = (draft: Draft, settings: RuleSettings) => Verdict

/** How the rules of a set read a time; null where it is none. */
export type ParseTime = (text: Text) => Micros | null

/** The rules of one version of edX's view, in their order, with the user look-up between the two lists. */
export interface RuleSet {
  readonly beforeUser: readonly Rule[]
  readonly afterUser: readonly Rule[]
  readonly translate: (draft: Draft, user: User) => TrackingEvent
  /** Whether an event has the form of those that these rules are for, whether or not they let it pass. */
  readonly isForm: (root: Json) => boolean
}
