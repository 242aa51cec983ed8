import { expect, test, vi } from 'vitest'
import { createMetrics } from '#src/observe/metrics.ts'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { TransactionError, type UserDirectory } from '#src/ports.ts'
import { Ahead } from '#src/processor/ahead.ts'
import { at, delivery, EVENT, fakeKafka, IGNORED, runProcessor, session } from '../support/fake-kafka.ts'
import { pipelineSettings } from '../support/pipeline.ts'

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

test('none waits for the users of the one before it', async () => {
  const asked: string[] = []
  const answers: (() => void)[] = []
  const users: UserDirectory = {
    async find(ids) {
      asked.push(ids.join())
      await new Promise<void>(resolve => answers.push(resolve))
      return new Map(ids.map(id => [id, { id, username: 'bob' }]))
    },
  }
  const ahead = aheadWith(users)
  const s = session(1, 0, 1)
  const waiting = [0, 1].map(partition => delivery(s, { partition, offset: 0, values: [EVENT] }))
  let commit = () => {}
  const committing = new Promise<void>(resolve => {
    commit = resolve
  })
  const done = ahead.during(committing, () => waiting)
  await vi.waitFor(() => expect(asked).toEqual(['10', '10']))
  commit()
  for (const answer of answers) answer()
  await done
  const translated = await Promise.all(waiting.map(one => ahead.get(one)))
  expect(translated.map(one => one?.outcomes[0]?.kind)).toEqual(['emitted', 'emitted'])
})

test('what has no users is left to its round', async () => {
  const ahead = aheadWith({ find: () => Promise.reject(new Error('the database is down')) })
  const one = delivery(session(1, 0), { partition: 0, offset: 0, values: [EVENT] })
  const work = new Promise<void>(resolve => setImmediate(resolve))
  await ahead.during(work, () => [one])
  expect(await ahead.get(one)).toBeUndefined()
})

const silent = () => {}

const aheadWith = (users: UserDirectory): Ahead =>
  new Ahead({
    pipeline: createPipeline(pipelineSettings()),
    users,
    userGraceMs: 0,
    stop: new AbortController().signal,
    metrics: createMetrics({
      groups: ['processor'],
      topics: { read: [], written: [] },
      build: { version: '0', revision: '0' },
    }),
    health: { report: silent },
    log: { debug: silent, info: silent, warn: silent, error: silent, fatal: silent },
  })
