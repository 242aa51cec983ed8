import { expect, test } from 'vitest'
import { TransactionError } from '#src/ports.ts'
import { at, delivery, EVENT, fakeKafka, IGNORED, runProcessor, session } from '../support/fake-kafka.ts'

test('what follows on a delivery in hand waits for the next round, and is translated meanwhile', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  const results = await Promise.all([
    processor.deliver(delivery(s, { partition: 0, offset: 0, values: [EVENT] })),
    processor.deliver(delivery(s, { partition: 0, offset: 1, values: [EVENT, IGNORED] })),
    processor.deliver(delivery(s, { partition: 0, offset: 9, values: [EVENT] })),
  ])
  expect(results).toEqual([{ committedTo: 1 }, { committedTo: 3 }, { again: true, from: 0 }])
  const commits = kafka.state.log.filter(line => /commit|find/.test(line))
  expect(commits).toEqual(['find 10', 'commit 0@1 of me/1', 'find 10', 'commit 0@3 of me/1'])
})

test('where a round fails, what follows on it is let go with it', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  kafka.state.failures = [
    { error: new TransactionError('timeout', new Error('no answer')), tookPlace: false },
  ]
  const { processor } = runProcessor(kafka)
  const [first, second] = [
    { partition: 0, offset: 0, values: [EVENT] },
    { partition: 0, offset: 1, values: [EVENT] },
  ]
  const results = await Promise.all([
    processor.deliver(delivery(s, first)),
    processor.deliver(delivery(s, second)),
  ])
  expect(results).toMatchObject([{ again: true }, { again: true }])
  expect(kafka.state.rounds).toEqual([])
  const again = [first, second].map(batch => processor.deliver(delivery(s, batch)))
  expect(await Promise.all(again)).toEqual([{ committedTo: 1 }, { committedTo: 2 }])
})
