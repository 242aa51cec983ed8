import type { PlacedRecord, TopicReader } from '../ports.ts'

/*
 * What was sent back, in a compacted topic of one partition, by the identity of the rejection. An intent is written
 * before a record is sent: where the raw topic ended then, so that a run that was cut off can be settled by reading
 * raw from there. A receipt follows: where the record stands. None at all: it was not sent.
 */
export interface Sent {
  readonly state: 'intent' | 'sent'
  /** Of the raw topic. */
  readonly partition: number
  readonly offset: number
}

export type SentLog = Map<string, Sent>

/** The topic beside an error topic that says what was sent back. */
export const sentTopicOf = (errorTopic: string): string => `${errorTopic}.sent`

export async function readSentLog(reader: TopicReader, topic: string, signal: AbortSignal): Promise<SentLog> {
  const log: SentLog = new Map()
  for await (const { key, value, partition, offset } of reader.read(
    topic,
    await reader.spans(topic),
    signal,
  )) {
    if (key === null) continue
    if (value === null) log.delete(key.toString())
    else log.set(key.toString(), parse(value, `${topic} ${partition}:${offset}`))
  }
  return log
}

/** The record that says so; null: it was not sent after all. */
export const sentRecord = (identity: string, sent: Sent | null, now: number): PlacedRecord => ({
  partition: 0,
  key: Buffer.from(identity),
  value: sent && Buffer.from(JSON.stringify({ v: 1, ...sent })),
  timestamp: now,
  headers: {},
})

function parse(value: Buffer, place: string): Sent {
  let parsed: Partial<Sent> & { v?: unknown }
  try {
    parsed = JSON.parse(value.toString())
  } catch (cause) {
    throw new Error(`The record at ${place} is not JSON: somebody else writes to the topic`, { cause })
  }
  const { v, state, partition, offset } = parsed
  const isPlace = Number.isSafeInteger(partition) && Number.isSafeInteger(offset)
  if (v !== 1 || (state !== 'intent' && state !== 'sent') || !isPlace) {
    throw new Error(`The record at ${place} is not one of version 1: a newer version may have written it`)
  }
  return { state, partition, offset } as Sent
}
