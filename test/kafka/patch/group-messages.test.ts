import { expect, test } from 'vitest'
import { groupMessages } from '#src/kafka/patch/group-messages.ts'

test('messages are grouped by partition, their order kept', () => {
  const messages = [{ partition: 1 }, { partition: 0 }, { partition: 1, n: 2 }]
  const grouped = groupMessages({
    topic: 't',
    partitionMetadata: [{}],
    messages,
    partitioner: ({ message }) => message.partition,
  })
  expect(grouped).toEqual({ 0: [messages[1]], 1: [messages[0], messages[2]] })
})
