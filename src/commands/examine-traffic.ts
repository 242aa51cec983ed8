import type { SettingsOf } from '../config.ts'
import type { Examination } from '../doctor/finding.ts'
import { type TrafficFacts, trafficFindings } from '../doctor/traffic.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import { TopicNotFoundError, type TopicReader } from '../ports.ts'
import { pipelineSettings } from './pipeline-settings.ts'

type Settings = SettingsOf<'doctor'>

/** Of each partition. */
const NEWEST_RECORDS = 100
/** Records may be large: what was read by then is enough to go by. */
const MOST_MS = 5_000
/** Nothing of it is in a verdict. */
const OFFLINE = { schemaId: 0, outputPartitions: 1, errorPartitions: 1 }

export const trafficExamination = (
  settings: Settings,
  reader: TopicReader,
  mend: string,
  signal: AbortSignal,
): Examination => ({
  what: 'rules',
  mend,
  async examine() {
    try {
      return trafficFindings(await lookAtTraffic(settings, reader, signal))
    } catch (error) {
      // That it is missing was found already.
      if (error instanceof TopicNotFoundError) return []
      throw error
    }
  },
})

/** What the rules that are set say of the newest raw records, as far as they need no user. */
async function lookAtTraffic(
  settings: Settings,
  reader: TopicReader,
  signal: AbortSignal,
): Promise<TrafficFacts> {
  const { RAW_TOPIC: topic, RULES: rules } = settings
  const pipeline = createPipeline(pipelineSettings(settings, OFFLINE))
  const until = Date.now() + MOST_MS
  const newest = [...(await reader.spans(topic))].map(([partition, { from, to }]) => {
    return [partition, { from: Math.max(from, to - NEWEST_RECORDS), to }] as const
  })
  const ofOthers = new Map<string, number>()
  let looked = 0
  for await (const record of reader.read(topic, new Map(newest), signal)) {
    looked++
    const verdict = pipeline.admit(record)
    const other = 'otherRules' in verdict ? verdict.otherRules : undefined
    if (other !== undefined) ofOthers.set(other, (ofOthers.get(other) ?? 0) + 1)
    if (Date.now() > until) break
  }
  return { rules, looked, ofOthers }
}
