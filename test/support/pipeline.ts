import { trackingEventType } from '#src/pipeline/encode.ts'
import { createPipeline, type Pipeline, type PipelineSettings } from '#src/pipeline/pipeline.ts'
import type { RuleSettings } from '#src/pipeline/rules/rule.ts'
import type { Headers, Outcome, RawRecord, User } from '#src/pipeline/shapes.ts'
import { topicSizes } from '#src/pipeline/sizes.ts'
import type { UserDirectory } from '#src/ports.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { TRACKING_EVENT_SCHEMA } from '#src/schemas/tracking-event.ts'
import { VECTOR_USERS } from './vectors.ts'

export const SCHEMA_TYPE = trackingEventType(TRACKING_EVENT_SCHEMA)

export const memoryUserDirectory = (users: readonly User[] = VECTOR_USERS): UserDirectory => ({
  find: async ids => new Map(users.filter(({ id }) => ids.includes(id)).map(user => [user.id, user])),
})

/** Of the vectors of both views, where they say nothing else. */
export const RULE_SETTINGS: RuleSettings = {
  allowedChannels: new Set(['mobile']),
  allowedActions: new Set(['track', 'screen']),
  sourceMap: new Map([['test-app', 'mobile']]),
  allowedTypes: new Set(['track']),
  disallowedNames: [],
}

export const pipelineSettings = (overrides: Partial<PipelineSettings> = {}): PipelineSettings => ({
  rules: 'seed',
  ruleSettings: RULE_SETTINGS,
  schema: TRACKING_EVENT_SCHEMA,
  schemaId: 7,
  maxOutputBytes: topicSizes(8 << 20).output,
  outputPartitions: 4,
  errorPartitions: 4,
  consumerGroup: 'segment-to-edx',
  version: '0.0.0-test',
  ...overrides,
})

export const rawRecord = (value: Buffer | string | null, overrides: Partial<RawRecord> = {}): RawRecord => ({
  topic: 'segment.raw',
  partition: 3,
  offset: 12,
  timestamp: 1_409_157_219_300,
  key: Buffer.from('10'),
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers: {},
  ...overrides,
})

interface Circumstances {
  /** Settings as a vector gives them. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly headers?: Headers
  readonly pipeline?: Pipeline
}

export async function translateOne(
  value: Buffer | string | null,
  { settings = {}, headers = {}, pipeline = createPipeline(vectorSettings(settings)) }: Circumstances = {},
): Promise<Outcome> {
  const [outcome] = await translateBatch([rawRecord(value, { headers })], pipeline, memoryUserDirectory())
  return outcome as Outcome
}

/** An outcome with all that its record says, wherever its bytes are. */
export function written(outcome: Outcome) {
  if (!('record' in outcome)) return outcome
  const { to, partition, timestamp, key, value, headers } = outcome.record
  return { ...outcome, record: { to, partition, timestamp, key, value, headers } }
}

function vectorSettings(settings: Readonly<Record<string, unknown>>): PipelineSettings {
  const list = (name: string, otherwise: readonly string[]) =>
    new Set(((settings[name] as string[]) ?? otherwise).map(word => word.toLowerCase()))
  return pipelineSettings({
    ruleSettings: {
      ...RULE_SETTINGS,
      allowedChannels: list('TRACKING_SEGMENTIO_ALLOWED_CHANNELS', ['mobile']),
      allowedActions: list('TRACKING_SEGMENTIO_ALLOWED_ACTIONS', ['track', 'screen']),
    },
  })
}
