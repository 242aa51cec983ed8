import { expect, test } from 'vitest'
import type { Delivery } from '#src/ports.ts'
import { rest } from '#src/processor/rest.ts'
import { at, delivery, EVENT, fakeKafka, runProcessor, session } from '../support/fake-kafka.ts'

const INTERVAL_MS = 150
const BATCH = { partition: 0, offset: 0, values: [EVENT] }

async function timeOfRest(
  deliveries: readonly Delivery[],
  { stop = new AbortController().signal, commitIntervalMs = INTERVAL_MS } = {},
): Promise<number> {
  const startedAt = performance.now()
  await rest(startedAt, deliveries, { commitIntervalMs, stop })
  return performance.now() - startedAt
}

test('rests until the interval is over', async () => {
  expect(await timeOfRest([delivery(session(1, 0), BATCH)])).toBeGreaterThanOrEqual(INTERVAL_MS)
})

test('an interval that is over already costs nothing', async () => {
  const [only] = [delivery(session(1, 0), BATCH)]
  expect(await timeOfRest([only], { commitIntervalMs: 0 })).toBeLessThan(INTERVAL_MS / 2)
})

test('does not rest while records wait in one of the partitions', async () => {
  const [done, behind] = [delivery(session(1, 0), BATCH), delivery(session(1, 0), BATCH)]
  const deliveries = [done, { ...behind, highWatermark: behind.nextOffset + 1 }]
  expect(await timeOfRest(deliveries)).toBeLessThan(INTERVAL_MS / 2)
})

test('a rest ends when the membership is in question, and when told to stop', async () => {
  const questioned = AbortSignal.timeout(10)
  const one = delivery(session(1, 0), BATCH, questioned)
  expect(await timeOfRest([one], { commitIntervalMs: 10_000 })).toBeLessThan(5_000)
  const stop = AbortSignal.timeout(10)
  expect(await timeOfRest([delivery(session(1, 0), BATCH)], { commitIntervalMs: 10_000, stop })).toBeLessThan(
    5_000,
  )
})

test('what is committed is told at once, and the next fetch comes after the rest', async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const { processor, metric } = runProcessor(kafka, { commitIntervalMs: INTERVAL_MS })
  let hasEnded = false
  const ended = processor.deliver(delivery(s, BATCH)).finally(() => {
    hasEnded = true
  })
  await expect.poll(() => metric('records_processed_total{outcome="emitted"}'), { interval: 5 }).toBe(1)
  expect(hasEnded).toBe(false)
  expect(await ended).toEqual({ committedTo: 1 })
})
