import { readSettings } from '../config.ts'
import { createTopicReader } from '../kafka/topic-reader.ts'
import { jsonText } from '../pipeline/json/json.ts'
import { rawKey } from '../pipeline/raw-key.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { operatorsKafka } from './kafka-connection.ts'
import { startLog } from './observing.ts'
import { createProgress } from './progress.ts'
import { RANGE_OPTIONS, rangeOf } from './range.ts'
import { spansOf } from './reading.ts'
import { figure, JSON_OPTION, printReport, tableOf } from './report.ts'

const TOPICS = ['RAW_TOPIC', 'OUTPUT_TOPIC', 'ERROR_TOPIC'] as const
const { since } = RANGE_OPTIONS

export const command = defineCommand({
  args: '<USER_ID>',
  options: { since, ...JSON_OPTION },
  details: `Reads the three topics and lists where the records of a person stand, as for a request of erasure: those whose key
is the user id, or that of whoever has no user id yet (the anonymousId). Neither the id nor anything out of the
records is printed. Records without a key are counted: a body that was no JSON may hold anybody's data.`,
  examples: [
    ['find 10', 'the records of the user with the id 10'],
    ['find --since 2026-11-01 --json 10', 'those received since then, for a script'],
  ],
  async run({ args, options, env, signal }) {
    const key = keyOf(args[0] ?? '')
    const none = { until: undefined, partitions: undefined, offsets: undefined }
    const range = rangeOf({ since: options.since, ...none }, Date.now())
    const settings = readSettings(env, 'find')
    const reader = createTopicReader(operatorsKafka(settings, startLog('find', env, settings)))
    const progress = createProgress()
    const found: Found[] = []
    const unkeyed: Record<string, number> = {}
    let reads = 0
    try {
      for (const setting of TOPICS) {
        const topic = settings[setting]
        const spans = await spansOf(reader, topic, setting, range)
        unkeyed[topic] = 0
        for await (const record of reader.read(topic, spans, signal)) {
          reads++
          progress.at(() => `${figure(reads)} records read`)
          const { partition, offset, timestamp } = record
          if (record.key === null) unkeyed[topic] = (unkeyed[topic] ?? 0) + 1
          else if (record.key.equals(key))
            found.push({
              topic,
              place: `${partition}:${offset}`,
              received: new Date(timestamp).toISOString(),
            })
        }
      }
    } finally {
      progress.clear()
      await reader.close()
    }
    const perTopic = TOPICS.map(setting => [settings[setting], countIn(found, settings[setting])] as const)
    printReport(
      {
        facts: { found, withoutKey: unkeyed },
        parts: [
          tableOf(
            ['topic', 'place', 'received'],
            found.map(({ topic, place, received }) => [topic, place, received]),
          ),
          perTopic.map(([topic, n]) => `${figure(n)} in ${topic}`).join(', '),
          ...Object.entries(unkeyed)
            .filter(([, n]) => n > 0)
            .map(
              ([topic, n]) => `${topic} also has ${figure(n)} records without a key, which may be anybody's`,
            ),
        ],
      },
      options,
    )
    return EXIT.done
  },
})

interface Found {
  readonly topic: string
  readonly place: string
  /** When the webhook received it. */
  readonly received: string
}

const countIn = (found: readonly Found[], topic: string): number =>
  found.filter(each => each.topic === topic).length

/** The key that records of this id have. */
function keyOf(id: string): Buffer {
  const key = rawKey(jsonText(JSON.stringify({ userId: id })))
  if (key === null) throw new UsageError('The user id is empty: expected the id of a user, such as 10')
  return key
}
