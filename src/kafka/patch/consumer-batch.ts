import { withoutAborted } from './aborted-transactions.ts'
import { replaceExport } from './internals.ts'
import { FetchedMessage } from './record-batch.ts'

interface Fetched {
  readonly messages: readonly FetchedMessage[]
  readonly abortedTransactions?: Parameters<typeof withoutAborted>[0]['abortedTransactions']
}

interface Batch {
  rawMessages: readonly FetchedMessage[]
  messagesWithinOffset: readonly FetchedMessage[]
  messages: readonly FetchedMessage[]
}

type BatchClass = new (topic: string, fetchedOffset: string, fetched: Fetched) => Batch

/** kafkajs compares each record's offset with that of the fetch as bigints, and makes three lists of all records. */
const leanBatch = (Original: BatchClass): BatchClass =>
  class extends Original {
    constructor(topic: string, fetchedOffset: string, fetched: Fetched) {
      const isOurs = fetched.messages[0] instanceof FetchedMessage
      super(topic, fetchedOffset, isOurs ? { ...fetched, messages: [] } : fetched)
      if (!isOurs) return
      const from = Number(fetchedOffset)
      const { messages, abortedTransactions = [] } = fetched
      const begin = messages.findIndex(({ offsetNumber }) => offsetNumber >= from)
      const within = begin === 0 ? messages : begin < 0 ? [] : messages.slice(begin)
      const committed = withoutAborted({ messages: within, abortedTransactions })
      const hasControl = committed.some(({ isControlRecord }) => isControlRecord)
      this.rawMessages = messages
      this.messagesWithinOffset = within
      this.messages = hasControl ? committed.filter(({ isControlRecord }) => !isControlRecord) : committed
    }
  }

export const compareOffsetsAsNumbers = (): void =>
  replaceExport<BatchClass>('consumer/batch', 'consumer/consumerGroup', leanBatch)
