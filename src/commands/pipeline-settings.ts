import type { Settings } from '../config.ts'
import type { PipelineSettings } from '../pipeline/pipeline.ts'
import type { RuleSettings } from '../pipeline/rules/rule.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import { TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { VERSION } from '../version.ts'

type RuleNames =
  | 'RULES'
  | 'TRACKING_SEGMENTIO_ALLOWED_CHANNELS'
  | 'TRACKING_SEGMENTIO_ALLOWED_ACTIONS'
  | 'TRACKING_SEGMENTIO_SOURCE_MAP'
  | 'TRACKING_SEGMENTIO_ALLOWED_TYPES'
  | 'TRACKING_SEGMENTIO_DISALLOWED_SUBSTRING_NAMES'
  | 'CONSUMER_GROUP'
  | 'MAX_BODY_BYTES'

/** What only a running cluster can tell. */
type Discovered = Pick<PipelineSettings, 'schemaId' | 'outputPartitions' | 'errorPartitions'>

/** Everything that decides what an output record is, from the environment and what was discovered at start. */
export const pipelineSettings = (
  settings: Pick<Settings, RuleNames>,
  discovered: Discovered,
): PipelineSettings => ({
  rules: settings.RULES,
  ruleSettings: ruleSettings(settings),
  schema: TRACKING_EVENT_SCHEMA,
  maxOutputBytes: topicSizes(settings.MAX_BODY_BYTES).output,
  consumerGroup: settings.CONSUMER_GROUP,
  version: VERSION,
  ...discovered,
})

const ruleSettings = (settings: Pick<Settings, RuleNames>): RuleSettings => ({
  allowedChannels: lowered(settings.TRACKING_SEGMENTIO_ALLOWED_CHANNELS),
  allowedActions: lowered(settings.TRACKING_SEGMENTIO_ALLOWED_ACTIONS),
  sourceMap: settings.TRACKING_SEGMENTIO_SOURCE_MAP,
  allowedTypes: lowered(settings.TRACKING_SEGMENTIO_ALLOWED_TYPES),
  disallowedNames: [...lowered(settings.TRACKING_SEGMENTIO_DISALLOWED_SUBSTRING_NAMES)],
})

const lowered = (words: readonly string[]) => new Set(words.map(word => word.toLowerCase()))
