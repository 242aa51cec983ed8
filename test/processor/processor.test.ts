import { expect, test, vi } from 'vitest'
import { TransactionError } from '#src/ports.ts'
import { at, delivery, EVENT, fakeKafka, IGNORED, runProcessor, session } from '../support/fake-kafka.ts'

const processed = (outcome: string) => `records_processed_total{outcome="${outcome}"}`

test('joins, settles, reads stable offsets, asks for users once, and commits last', async () => {
  const kafka = fakeKafka({ 1: at(5), 2: at(7) })
  const s = session(3, 1, 2)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  const results = await Promise.all([
    processor.deliver(delivery(s, { partition: 1, offset: 5, values: [EVENT, IGNORED] })),
    processor.deliver(delivery(s, { partition: 2, offset: 7, values: ['{'] })),
  ])
  expect(results).toEqual([{ committedTo: 7 }, { committedTo: 8 }])
  expect(kafka.state.log).toEqual([
    'settle group-segment.raw-2',
    'open group-segment.raw-1',
    'read stable offsets',
    'find 10',
    'commit 1@7,2@8 of me/3',
  ])
  const [round] = kafka.state.rounds
  expect(round?.records.map(({ to, partition }) => `${to} ${partition}`)).toEqual(['output 1', 'errors 2'])
  expect(round?.offsets.get(1)?.metadata).toBe('{"v":1,"base":5,"emitted":1,"rejected":0,"ignored":1}')
})

test('offsets are committed though everything was ignored', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor, metric } = runProcessor(kafka)
  await processor.deliver(delivery(s, { partition: 0, offset: 0, values: [IGNORED, IGNORED] }))
  expect(kafka.state.rounds.map(({ records }) => records)).toEqual([[]])
  expect(await metric(processed('ignored'))).toBe(2)
})

test('a delivery that does not begin at the position is sought, not processed', async () => {
  const kafka = fakeKafka({ 0: at(5) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  const result = await processor.deliver(delivery(s, { partition: 0, offset: 3, values: [EVENT] }))
  expect(result).toEqual({ again: true, from: 5 })
})

test('a delivery of an earlier session is let go', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const [old, now] = [session(1, 0), session(2, 0)]
  kafka.state.session = now
  const { processor } = runProcessor(kafka)
  expect(await processor.deliver(delivery(old, { partition: 0, offset: 0, values: [EVENT] }))).toEqual({
    again: true,
  })
  expect(kafka.state.rounds).toEqual([])
})

test('one delivery of a partition a round', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  const batch = { partition: 0, offset: 0, values: [EVENT] }
  const results = await Promise.all([
    processor.deliver(delivery(s, batch)),
    processor.deliver(delivery(s, batch)),
  ])
  expect(results).toEqual([{ committedTo: 1 }, { again: true }])
  expect(kafka.state.rounds).toHaveLength(1)
})

test.each([
  ['did take place', true, { again: true, from: 1 }, 1],
  ['did not take place', false, { committedTo: 1 }, 0],
] as const)('a transaction in doubt that %s', async (_, tookPlace, result, emitted) => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  kafka.state.failures = [{ error: new TransactionError('timeout', new Error('no answer')), tookPlace }]
  const { processor, metric } = runProcessor(kafka)
  const batch = { partition: 0, offset: 0, values: [EVENT] }
  expect(await processor.deliver(delivery(s, batch))).toEqual({ again: true })
  await vi.waitFor(() => expect(kafka.state.log.at(-1)).toBe('read stable offsets'))
  expect(kafka.state.log.slice(-5)).toEqual([
    'find 10',
    'commit 0@1 of me/1 timeout',
    'discard group-segment.raw-0',
    'open group-segment.raw-0',
    'read stable offsets',
  ])
  await vi.waitFor(async () => expect(await metric(processed('emitted'))).toBe(emitted))
  expect(await processor.deliver(delivery(s, batch))).toEqual(result)
  expect(kafka.state.rounds).toHaveLength(1)
  expect(await metric(processed('emitted'))).toBe(1)
})

test('a member that the group does not know any more makes its consumer join again, and opens no producer', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const cause = new Error('ILLEGAL_GENERATION')
  kafka.state.failures = [{ error: new TransactionError('rebalance', cause), tookPlace: false }]
  const { processor } = runProcessor(kafka)
  const batch = { partition: 0, offset: 0, values: [EVENT] }
  expect(await processor.deliver(delivery(s, batch))).toEqual({ rejoin: cause })
  expect(await processor.deliver(delivery(s, batch))).toEqual({ again: true })
  expect(kafka.state.log.at(-1)).toBe('discard group-segment.raw-0')
  kafka.state.session = session(2, 0)
  await vi.waitFor(() => expect(kafka.state.log.at(-1)).toBe('read stable offsets'))
  expect(kafka.state.log.at(-2)).toBe('open group-segment.raw-0')
})

test('a producer that cannot be had is tried again, and readiness says so', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  kafka.state.session = session(1, 0)
  kafka.state.openFailures = [new Error('no coordinator')]
  runProcessor(kafka)
  await vi.waitFor(() =>
    expect(kafka.state.readiness.get('transactions')).toBe(
      'no transaction could be committed: no coordinator',
    ),
  )
  await vi.waitFor(() => expect(kafka.state.readiness.get('transactions')).toBe('ready'))
  expect(kafka.state.log.filter(line => line.startsWith('open'))).toEqual([
    'open group-segment.raw-0 fails',
    'open group-segment.raw-0',
  ])
})

test('a producer that is not usable any more is replaced, and where the partitions stand is read again', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  await processor.deliver(delivery(s, { partition: 0, offset: 0, values: [EVENT] }))
  kafka.state.unusable.add('group-segment.raw-0')
  await vi.waitFor(() =>
    expect(kafka.state.log.slice(-3)).toEqual([
      'discard group-segment.raw-0',
      'open group-segment.raw-0',
      'read stable offsets',
    ]),
  )
  const next = { partition: 0, offset: 1, values: [EVENT] }
  expect(await processor.deliver(delivery(s, next))).toEqual({ committedTo: 2 })
})

test('while the user directory is down nothing is rejected and no transaction is open', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  kafka.state.userFailures = [new Error('down'), new Error('down')]
  const { processor } = runProcessor(kafka)
  const result = processor.deliver(delivery(s, { partition: 0, offset: 0, values: [EVENT] }))
  await vi.waitFor(() => expect(kafka.state.readiness.get('users')).toBe('down'))
  expect(kafka.state.rounds).toEqual([])
  expect(await result).toEqual({ committedTo: 1 })
  expect(kafka.state.log.slice(-4)).toEqual([
    'find 10 fails',
    'find 10 fails',
    'find 10',
    'commit 0@1 of me/1',
  ])
  expect(kafka.state.readiness.get('users')).toBe('ready')
})

test('a round that waits for users is let go once the membership is in question', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  kafka.state.userFailures = Array.from({ length: 100 }, () => new Error('down'))
  const questioned = new AbortController()
  const { processor } = runProcessor(kafka)
  const result = processor.deliver(
    delivery(s, { partition: 0, offset: 0, values: [EVENT] }, questioned.signal),
  )
  await vi.waitFor(() => expect(processor.held).toBe(1))
  questioned.abort()
  expect(await result).toEqual({ again: true })
  expect(kafka.state.rounds).toEqual([])
})

test('a young record of an unknown user ends the batch before it, and is tried again', async () => {
  const unknown = EVENT.replace('10', '5')
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor } = runProcessor(kafka, { userGraceMs: 60_000 })
  const timestamp = Date.now()
  const values = [EVENT, unknown, EVENT]
  expect(await processor.deliver(delivery(s, { partition: 0, offset: 0, values, timestamp }))).toEqual({
    committedTo: 1,
  })
  const rest = { partition: 0, offset: 1, values: values.slice(1) }
  expect(await processor.deliver(delivery(s, { ...rest, timestamp }))).toEqual({ again: true })
  expect(await processor.deliver(delivery(s, { ...rest, timestamp: timestamp - 60_000 }))).toEqual({
    committedTo: 3,
  })
})

test('offsets without a record move the base of the ledger', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  await processor.deliver(delivery(s, { partition: 0, offset: 0, values: [IGNORED], gap: 2 }))
  expect(kafka.state.committed.get(0)).toEqual({
    offset: 3,
    metadata: '{"v":1,"base":2,"emitted":0,"rejected":0,"ignored":1}',
  })
})

test('a standby has no producer and is ready', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  kafka.state.session = session(1)
  runProcessor(kafka)
  await vi.waitFor(() => expect(kafka.state.readiness.get('transactions')).toBe('ready'))
  expect(kafka.state.log).toEqual([])
})

test('another lowest partition means another producer', async () => {
  const kafka = fakeKafka({ 0: at(0), 1: at(0), 2: at(0) })
  kafka.state.session = session(1, 0, 1)
  runProcessor(kafka)
  await vi.waitFor(() => expect(kafka.state.log.at(-1)).toBe('read stable offsets'))
  kafka.state.session = session(2, 1, 2)
  await vi.waitFor(() => expect(kafka.state.log).toHaveLength(7))
  expect(kafka.state.log.slice(3)).toEqual([
    'settle group-segment.raw-2',
    'discard group-segment.raw-0',
    'open group-segment.raw-1',
    'read stable offsets',
  ])
})

test('told to stop, it lets go of what comes and keeps no producer', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor, stop } = runProcessor(kafka)
  await vi.waitFor(() => expect(kafka.state.log.at(-1)).toBe('read stable offsets'))
  await stop()
  expect(kafka.state.log.at(-1)).toBe('discard group-segment.raw-0')
  const late = processor.deliver(delivery(s, { partition: 0, offset: 0, values: [EVENT] }))
  expect(await late).toEqual({ again: true })
})
