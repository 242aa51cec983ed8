import {
  followWithJava,
  type Reading,
  type ReadRecord,
  readWithJava,
} from '../../../dev/stack/java-reader.ts'
import { serialOf } from './events.ts'
import type { Observation, OutcomeSeen, RawSeen } from './verdict.ts'

/** Where the topics are, and what the product calls them. */
export interface Watched {
  readonly classPath: string
  readonly brokers: readonly string[]
  readonly raw: string
  readonly output: string
  readonly errors: string
  readonly group: string
}

/** Follows the output and error topics from now on, read_committed, and in the end reads all anew beside it. */
export function observe(watched: Watched): { finish(answered: number): Promise<Observation> } {
  const { classPath, brokers, raw, output, errors, group } = watched
  const common = { classPath, brokers, values: false }
  const followed: OutcomeSeen[] = []
  const follower = followWithJava({
    ...common,
    topics: [output, errors],
    onRecord: record => followed.push(outcomeOf(record, output)),
  })
  return {
    async finish(answered) {
      await follower.finish()
      const outcomes: OutcomeSeen[] = []
      const ofOutcomes = await readWithJava({
        ...common,
        topics: [output, errors],
        onRecord: record => outcomes.push(outcomeOf(record, output)),
      })
      const seen: RawSeen[] = []
      const ofRaw = await readWithJava({
        ...common,
        values: true,
        topics: [raw],
        group,
        onRecord: record => seen.push(rawOf(record)),
      })
      const reading: Reading = { ends: [...ofOutcomes.ends, ...ofRaw.ends], committed: ofRaw.committed }
      return { rawTopic: raw, raw: seen, outcomes, followed, reading, answered }
    },
  }
}

const rawOf = ({ partition, offset, value }: ReadRecord): RawSeen => ({
  partition,
  offset,
  serial: serialOf(Buffer.from(value ?? '', 'base64').toString()),
})

function outcomeOf({ topic, partition, offset, headers, key }: ReadRecord, output: string): OutcomeSeen {
  const header = (name: string) => {
    const value = headers[name]
    if (value === undefined || value === null) {
      throw new Error(`${topic}-${partition}@${offset}, key ${key}, has no header ${name}`)
    }
    return value
  }
  if (topic === output) {
    const source = { partition: Number(header('source-partition')), offset: Number(header('source-offset')) }
    return { kind: 'emitted', partition, offset, source, serial: serialOf(header('ce_id')) }
  }
  const source = {
    partition: Number(header('__streams.errors.partition')),
    offset: Number(header('__streams.errors.offset')),
  }
  const reason = header('segedx.error.reason')
  return { kind: 'rejected', partition, offset, source, reason }
}
