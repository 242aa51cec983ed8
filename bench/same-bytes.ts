import { createTopicReader } from '#src/kafka/topic-reader.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import type { Entry } from './contenders.ts'
import { topicsOf } from './world.ts'

const COMPARED = 5_000
/** Groups differ from run to run. */
const NOT_COMPARED = 'segedx.error.group'

/**
 * What two contenders made of the same events: null where the records of the first partition are the same, bytes,
 * keys, times and headers; else the first difference. A peer that does less work than the product is no peer.
 */
export async function difference(a: Entry, b: Entry): Promise<string | null> {
  for (const name of ['OUTPUT_TOPIC', 'ERROR_TOPIC'] as const) {
    const [ours, theirs] = await Promise.all(
      [a, b].map(entry => firstRecords(entry, topicsOf(entry.output)[name])),
    )
    if (ours?.length !== theirs?.length) return `${name}: ${ours?.length} and ${theirs?.length} records`
    for (const [i, one] of ours?.entries() ?? []) {
      if (one !== theirs?.[i]) return `${name}, record ${i}:\n${one}\n${theirs?.[i]}`
    }
  }
  return null
}

async function firstRecords({ world }: Entry, topic: string): Promise<string[]> {
  const reader = createTopicReader(world.kafka)
  const records: string[] = []
  try {
    const span = (await reader.spans(topic)).get(0)
    if (!span) return records
    for await (const record of reader.read(topic, new Map([[0, span]]), new AbortController().signal)) {
      records.push(textOf(record))
      if (records.length === COMPARED) break
    }
  } finally {
    await reader.close()
  }
  return records
}

const textOf = ({ key, value, timestamp, headers }: RawRecord) =>
  JSON.stringify([
    key?.toString('latin1'),
    value?.toString('latin1'),
    timestamp,
    Object.entries(headers).flatMap(([name, text]) => (name === NOT_COMPARED ? [] : [`${name}=${text}`])),
  ])
