import { replaceExport } from './internals.ts'

/*
 * kafkajs's read_committed takes the list of aborted transactions to be sorted by first offset, and enters one of
 * them a record at most. Brokers send it in the order of completion, and a fetch may begin inside several; so
 * where aborted transactions of two producers overlap in a partition, kafkajs hands aborted records to the
 * reader. It also takes any record with the key of an abort marker for one.
 */

interface Message {
  readonly offset: string
  readonly key: Buffer | null
  readonly isControlRecord: boolean
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
}

interface Fetched<M> {
  readonly messages: readonly M[]
  readonly abortedTransactions?: readonly { readonly firstOffset: string; readonly producerId: string }[]
}

/** Version 0, type 0: the key of the control record that ends an aborted transaction. */
const ABORT_MARKER = Buffer.alloc(4)

/** The messages without those of aborted transactions; control records stay, and are dropped elsewhere. */
export function withoutAborted<M extends Message>({
  messages,
  abortedTransactions = [],
}: Fetched<M>): readonly M[] {
  if (abortedTransactions.length === 0) return messages
  const begins = abortedTransactions
    .map(({ firstOffset, producerId }) => ({ firstOffset: BigInt(firstOffset), producerId }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  const aborting = new Set<string>()
  let begun = 0
  return messages.filter(({ offset, key, isControlRecord, batchContext: { producerId, inTransaction } }) => {
    for (const at = BigInt(offset); begun < begins.length; begun++) {
      const next = begins[begun] as (typeof begins)[number]
      if (next.firstOffset > at) break
      aborting.add(next.producerId)
    }
    if (!isControlRecord) return !(inTransaction && aborting.has(producerId))
    if (key?.equals(ABORT_MARKER)) aborting.delete(producerId)
    return true
  })
}

export const filterAbortedMessages = (): void =>
  replaceExport<typeof withoutAborted>(
    'consumer/filterAbortedMessages',
    'consumer/batch',
    () => withoutAborted,
  )
