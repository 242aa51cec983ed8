import { expect, test } from 'vitest'
import { withoutAborted } from '#src/kafka/patch/aborted-transactions.ts'

const record = (offset: number, producerId: string, key: Buffer | null = null) => ({
  offset: String(offset),
  key,
  isControlRecord: false,
  batchContext: { producerId, inTransaction: true },
})
const marker = (offset: number, producerId: string, type: 'abort' | 'commit') => ({
  ...record(offset, producerId, Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1])),
  isControlRecord: true,
})
const data = (messages: readonly { offset: string; isControlRecord: boolean }[]) =>
  messages.filter(m => !m.isControlRecord).map(m => Number(m.offset))

test('interleaved aborted transactions are dropped, in whatever order the broker names them', () => {
  const messages = [
    record(0, 'a'),
    record(1, 'b'),
    record(2, 'c'),
    record(3, 'a'),
    marker(4, 'b', 'abort'),
    record(5, 'b'),
    marker(6, 'a', 'abort'),
    record(7, 'a'),
    marker(8, 'c', 'commit'),
  ]
  const abortedTransactions = [
    { producerId: 'b', firstOffset: '1' },
    { producerId: 'a', firstOffset: '0' },
  ]
  expect(data(withoutAborted({ messages, abortedTransactions }))).toEqual([2, 5, 7])
})

test('a fetch that begins inside two aborted transactions leaks neither', () => {
  const abortedTransactions = [
    { producerId: 'a', firstOffset: '50' },
    { producerId: 'b', firstOffset: '60' },
  ]
  const messages = [record(100, 'b'), record(101, 'a'), record(102, 'c')]
  expect(data(withoutAborted({ messages, abortedTransactions }))).toEqual([102])
})

test('a record with the key of a marker is a record', () => {
  const messages = [record(0, 'a', Buffer.alloc(4)), record(1, 'a'), marker(2, 'a', 'abort')]
  const abortedTransactions = [{ producerId: 'a', firstOffset: '0' }]
  expect(data(withoutAborted({ messages, abortedTransactions }))).toEqual([])
})

test('without aborted transactions nothing is touched', () => {
  const messages = [record(0, 'a')]
  expect(withoutAborted({ messages })).toBe(messages)
})
