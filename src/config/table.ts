import type { z } from 'zod'
import { BRIDGE } from './bridge.ts'
import { CONNECTIONS } from './connections.ts'
import { PROCESSING } from './processing.ts'
import type { CommandName, Setting } from './setting.ts'
import { TOPICS } from './topics.ts'

/** The table in the parts that the documentation shows. */
export const SETTING_GROUPS = {
  'Kafka, registry, database': CONNECTIONS,
  'Topics and group': TOPICS,
  Bridge: BRIDGE,
  'Rules, processing, observation': PROCESSING,
}

/** Every setting of the product, by the name of its environment variable. */
export const SETTINGS = { ...CONNECTIONS, ...TOPICS, ...BRIDGE, ...PROCESSING }

type Table = typeof SETTINGS
type IsGiven<R extends Setting, C> = R extends { default: string }
  ? true
  : R extends { requiredBy: readonly (infer By)[] }
    ? [C & By] extends [never]
      ? false
      : true
    : false
type Value<R extends Setting, C> = z.output<R['schema']> | (IsGiven<R, C> extends true ? never : undefined)

/** What a command reads. A setting that it can do without, and that has no default, may be undefined. */
export type SettingsOf<C extends CommandName> = {
  readonly [N in keyof Table as [C & Table[N]['usedBy'][number]] extends [never] ? never : N]: Value<
    Table[N],
    C
  >
}
export type Settings = SettingsOf<CommandName>
