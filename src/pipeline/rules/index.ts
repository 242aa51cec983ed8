import type { RuleSet } from './rule.ts'
import { SEED } from './seed.ts'

/** The rule sets by the name that the setting RULES gives. */
export const RULE_SETS = { seed: SEED } as const satisfies Record<string, RuleSet>

export type RuleSetName = keyof typeof RULE_SETS
