import { CURRENT } from './current.ts'
import type { RuleSet } from './rule.ts'
import { SEED } from './seed.ts'

/** The rule sets by the name that the setting RULES gives. */
export const RULE_SETS = { seed: SEED, current: CURRENT } as const satisfies Record<string, RuleSet>

export type RuleSetName = keyof typeof RULE_SETS
