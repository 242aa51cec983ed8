import type { Spans, TopicReader } from '#src/ports.ts'

/*
 * How many transactions there were, as the broker's coordinators have noted it themselves: the same measure for every
 * client, which nothing has to be added to.
 */

const TOPIC = '__transaction_state'
/** Where a record's value says what became of the transaction: behind a version, a producer id, its epoch and a time-out. */
const STATUS_AT = 2 + 8 + 2 + 4
const COMPLETE_COMMIT = 4

/** Where the coordinators' notes end by now. Before the first transaction there are none. */
export async function endOfTransactions(reader: TopicReader): Promise<Spans> {
  return reader.spans(TOPIC).catch(() => new Map())
}

/** Committed ones from one look to another. */
export async function transactionsBetween(reader: TopicReader, from: Spans, to: Spans): Promise<number> {
  const spans = new Map(
    [...to].map(([partition, { to: end }]) => [partition, { from: from.get(partition)?.to ?? 0, to: end }]),
  )
  let count = 0
  for await (const { value } of reader.read(TOPIC, spans, new AbortController().signal)) {
    if (value?.readInt8(STATUS_AT) === COMPLETE_COMMIT) count++
  }
  return count
}
