import { expect, test, vi } from 'vitest'
import { emptyLedger } from '#src/processor/ledger.ts'
import { NoStartError } from '#src/processor/positions.ts'
import { at, delivery, EVENT, fakeKafka, runProcessor, session } from '../support/fake-kafka.ts'

test('an unstable partition is paused alone until its offset is told', async () => {
  const kafka = fakeKafka({ 0: at(0), 1: 'unstable' })
  const s = session(1, 0, 1)
  kafka.state.session = s
  const { processor } = runProcessor(kafka)
  const other = processor.deliver(delivery(s, { partition: 0, offset: 0, values: [EVENT] }))
  expect(await other).toEqual({ committedTo: 1 })
  expect(processor.positions.unstable).toBe(1)
  expect(kafka.state.log).toContain('pause 1')
  kafka.state.committed.set(1, at(4))
  await vi.waitFor(() => expect(kafka.state.log.slice(-2)).toEqual(['seek 1 to 4', 'resume 1']))
  expect(processor.positions.unstable).toBe(0)
})

test.each([
  ['before the log begins', 3, 'retention', 7],
  ['beyond its end', 25, 'offset_reset', 5],
])('a committed offset %s halts its partition and is counted once', async (_, offset, reason, lost) => {
  const kafka = fakeKafka({ 0: at(12), 1: at(offset) })
  for (const p of [0, 1]) kafka.state.bounds.set(p, { low: 10, high: 20 })
  kafka.state.session = session(1, 0, 1)
  const { processor, metric } = runProcessor(kafka)
  await vi.waitFor(() => expect(processor.positions.halted.has(1)).toBe(true))
  expect(processor.positions.get(1)).toBeUndefined()
  expect(processor.positions.get(0)?.next).toBe(12)
  expect(kafka.state.log).toContain('pause 1')
  kafka.state.session = session(2, 0, 1)
  await vi.waitFor(() => expect(kafka.state.log.filter(l => l.startsWith('read'))).toHaveLength(2))
  expect(await metric(`consumer_skipped_records_total{topic="segment.raw",reason="${reason}"}`)).toBe(lost)
})

test('a partition without an offset begins at its low end where others have offsets', async () => {
  const kafka = fakeKafka({ 0: at(12), 1: null })
  kafka.state.bounds.set(1, { low: 4, high: 9 })
  kafka.state.session = session(1, 0, 1)
  const { processor } = runProcessor(kafka)
  await vi.waitFor(() => expect(processor.positions.get(1)).toEqual({ next: 4, ledger: emptyLedger(4) }))
})

test('without any committed offset it stops and says what to do', async () => {
  const kafka = fakeKafka({ 0: null, 1: null })
  kafka.state.session = session(1, 0)
  const { running } = runProcessor(kafka)
  await expect(running).rejects.toThrow(NoStartError)
  await expect(running).rejects.toThrow('setup --start earliest')
})

test('while offsets are unstable nothing is said of a missing start', async () => {
  const kafka = fakeKafka({ 0: null, 1: 'unstable' })
  kafka.state.session = session(1, 0, 1)
  const { processor } = runProcessor(kafka)
  await vi.waitFor(() => expect(processor.positions.unstable).toBe(2))
})
