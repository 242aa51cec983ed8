import { createRequire } from 'node:module'
import { internal } from './internals.ts'

/*
 * kafkajs's read_committed takes the list of aborted transactions to be sorted by their first offset. Brokers
 * send it in the order of completion, so where the aborted transactions of two producers interleave in a
 * partition kafkajs hands aborted records to the reader.
 */

interface Aborted {
  readonly firstOffset: unknown
}

export function sortAbortedTransactions(): void {
  const path = 'consumer/filterAbortedMessages'
  const filter = internal(path)
  const sorted = (input: { messages: unknown[]; abortedTransactions?: Aborted[] }) =>
    filter({ ...input, abortedTransactions: input.abortedTransactions?.toSorted(byFirstOffset) })
  const require = createRequire(import.meta.url)
  const file = require.resolve(`kafkajs/src/${path}`)
  const loaded = require.cache[file]
  if (loaded) loaded.exports = sorted
}

function byFirstOffset(a: Aborted, b: Aborted): number {
  const difference = BigInt(String(a.firstOffset)) - BigInt(String(b.firstOffset))
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
