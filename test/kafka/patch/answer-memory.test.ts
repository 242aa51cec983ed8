import { expect, test } from 'vitest'
import { answerOf, memoryForAnswer } from '#src/kafka/patch/answer-memory.ts'

const MB = 1 << 20
const hold = (bytes: Buffer) => answerOf(bytes)?.hold()
const giveBack = (bytes: Buffer) => answerOf(bytes)?.giveBack()

test('an answer makes room for the next once all of its parts were given back, and not before', () => {
  const first = memoryForAnswer(3 * MB)
  const [part, other] = [first.subarray(0, MB), first.subarray(MB)]
  hold(part)
  hold(other)
  giveBack(part)
  expect(memoryForAnswer(3 * MB).buffer).not.toBe(first.buffer)
  giveBack(other)
  const next = memoryForAnswer(2 * MB)
  expect(next.buffer).toBe(first.buffer)
  expect(next.length).toBe(2 * MB)
})

test('one that is larger than what is free has memory of its own', () => {
  const small = memoryForAnswer(MB)
  hold(small)
  giveBack(small)
  const large = memoryForAnswer(MB + 1)
  expect(large.buffer).not.toBe(small.buffer)
  expect(memoryForAnswer(MB).buffer).toBe(small.buffer)
})

test('one that nobody gave back is left to the collector, and so is a small one', () => {
  const unread = memoryForAnswer(2 * MB)
  expect(memoryForAnswer(2 * MB).buffer).not.toBe(unread.buffer)
  expect(answerOf(memoryForAnswer(100))).toBeUndefined()
})
