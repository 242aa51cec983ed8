import type { Kafka } from 'kafkajs'
import type { Pipeline } from '#src/pipeline/pipeline.ts'
import type { Outcome, RawRecord } from '#src/pipeline/shapes.ts'
import type { UserDirectory } from '#src/ports.ts'
import { decodeLedger } from '#src/processor/ledger.ts'
import { translateBatch } from '#src/processor/translate-batch.ts'
import { readTopic } from './topics.ts'

export interface LedgerCheck {
  readonly raw: number
  readonly emitted: number
  readonly rejected: number
  readonly ignored: number
  /** Empty: every raw record has exactly the outcome that the pipeline gives it. */
  readonly faults: readonly string[]
}

export interface LedgerCheckOptions {
  readonly kafka: Kafka
  readonly topics: { readonly raw: string; readonly output: string; readonly errors: string }
  readonly group: string
  readonly pipeline: Pipeline
  readonly users: UserDirectory
}

/**
 * Joins the output and error topics to the raw topic by source partition and offset. What is on neither has to
 * be what the pipeline, run again, ignores: never just what is left over.
 */
export async function checkLedger({
  kafka,
  topics,
  group,
  pipeline,
  users,
}: LedgerCheckOptions): Promise<LedgerCheck> {
  const raw = await readTopic(kafka, topics.raw)
  const output = await readTopic(kafka, topics.output)
  const errors = await readTopic(kafka, topics.errors)
  const found = new Map<string, string[]>()
  const note = (records: readonly RawRecord[], kind: string, partition: string, offset: string) => {
    for (const { headers } of records) {
      const place = `${headers[partition]}:${headers[offset]}`
      found.set(place, [...(found.get(place) ?? []), kind])
    }
  }
  note(output, 'emitted', 'source-partition', 'source-offset')
  note(errors, 'rejected', '__streams.errors.partition', '__streams.errors.offset')

  const faults: string[] = []
  const counts = { emitted: 0, rejected: 0, ignored: 0 }
  const perPartition = new Map<number, typeof counts>()
  for (let from = 0; from < raw.length; from += 1_000) {
    const records = raw.slice(from, from + 1_000)
    const outcomes = await translateBatch(records, pipeline, users)
    for (const [i, outcome] of outcomes.entries()) {
      const { partition, offset } = records[i] as RawRecord
      const place = `${partition}:${offset}`
      const kinds = found.get(place) ?? []
      found.delete(place)
      if (!fits(outcome, kinds))
        faults.push(`raw ${place} should be ${outcome.kind}, and is ${kinds.join(' and ') || 'on no topic'}`)
      counts[outcome.kind]++
      const own = perPartition.get(partition) ?? { emitted: 0, rejected: 0, ignored: 0 }
      own[outcome.kind]++
      perPartition.set(partition, own)
    }
  }
  for (const place of found.keys()) faults.push(`an outcome names raw ${place}, which is not there`)
  faults.push(...(await totalFaults(kafka, topics.raw, group, perPartition)))
  return { raw: raw.length, ...counts, faults }
}

const fits = ({ kind }: Outcome, kinds: readonly string[]) =>
  kind === 'ignored' ? kinds.length === 0 : kinds.length === 1 && kinds[0] === kind

/** The totals that travel in the metadata of the committed offsets say the same. */
async function totalFaults(
  kafka: Kafka,
  topic: string,
  groupId: string,
  counted: ReadonlyMap<number, Record<'emitted' | 'rejected' | 'ignored', number>>,
): Promise<string[]> {
  const admin = kafka.admin()
  await admin.connect()
  const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] })
  await admin.disconnect()
  return (answer?.partitions ?? []).flatMap(({ partition, offset, metadata }) => {
    const ledger = decodeLedger(metadata ?? '', Number(offset))
    const own = counted.get(partition) ?? { emitted: 0, rejected: 0, ignored: 0 }
    const agrees =
      ledger && (['emitted', 'rejected', 'ignored'] as const).every(kind => ledger[kind] === own[kind])
    return agrees ? [] : [`the committed totals of partition ${partition} differ: ${metadata}`]
  })
}
