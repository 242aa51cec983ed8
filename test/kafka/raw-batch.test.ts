import type { EachBatchPayload } from 'kafkajs'
import { expect, test, vi } from 'vitest'
import { FetchedMessage } from '#src/kafka/patch/record-batch.ts'
import { RawBatches } from '#src/kafka/raw-batch.ts'
import type { Delivery, DeliveryResult, GroupSession } from '#src/ports.ts'
import { session } from '../support/fake-kafka.ts'

/** kafkajs with one partition, and whoever takes the deliveries. */
function world() {
  const state = {
    session: session(1, 0) as GroupSession,
    resolved: [] as string[],
    wentBack: [] as number[],
    deliveries: [] as { delivery: Delivery; end: (result: DeliveryResult) => void }[],
    heartbeat: async () => {},
  }
  const batches = new RawBatches({
    deliver: delivery => new Promise(end => state.deliveries.push({ delivery, end })),
    goBack: (of, _, offset) => of === state.session && state.wentBack.push(offset),
  })
  const fetched = (from: number, highWatermark: number) => {
    const payload = {
      batch: {
        topic: 'raw',
        partition: 0,
        fetchedOffset: String(from),
        highWatermark: String(highWatermark),
        messages: [],
        lastOffset: () => String(from + 9),
      },
      heartbeat: () => state.heartbeat(),
      isRunning: () => true,
      isStale: () => false,
      resolveOffset: (offset: string) => state.resolved.push(offset),
    }
    let outcome = 'in hand'
    batches.handle(payload as unknown as EachBatchPayload, state.session).then(
      () => {
        outcome = 'done'
      },
      (error: Error) => {
        outcome = error.message
      },
    )
    return () => vi.waitFor(() => (outcome === 'in hand' ? Promise.reject(new Error(outcome)) : outcome))
  }
  const end = (at: number, result: DeliveryResult) => state.deliveries[at]?.end(result)
  return { state, fetched, end }
}

test('of a backlog the next is fetched while a delivery is at work, and no more than that', async () => {
  const { state, fetched, end } = world()
  expect(await fetched(0, 100)()).toBe('done')
  const second = fetched(10, 100)
  expect(state.resolved).toEqual(['9'])
  end(0, { committedTo: 10 })
  expect(await second()).toBe('done')
  expect(state.resolved).toEqual(['9', '19'])
  expect(state.wentBack).toEqual([])
})

test('at the end of a partition a delivery is done once it is committed', async () => {
  const { state, fetched, end } = world()
  const only = fetched(0, 10)
  await new Promise(resolve => setImmediate(resolve))
  expect(state.resolved).toEqual([])
  end(0, { committedTo: 7 })
  expect(await only()).toBe('done')
  expect(state.resolved).toEqual(['6'])
})

test('the memory of records is given back once all of them are committed, and in no other case', async () => {
  const giveBack = vi.spyOn(FetchedMessage, 'giveBack')
  const ends: [result: DeliveryResult, times: number][] = [
    [{ committedTo: 7 }, 0],
    [{ again: true }, 0],
    [{ rejoin: new Error('ILLEGAL_GENERATION') }, 0],
    [{ committedTo: 10 }, 1],
  ]
  for (const [result, times] of ends) {
    const { fetched, end } = world()
    const only = fetched(0, 10)
    end(0, result)
    await only()
    expect(giveBack).toHaveBeenCalledTimes(times)
  }
  giveBack.mockRestore()
})

test('what kafkajs took for done too early is fetched again', async () => {
  const { state, fetched, end } = world()
  await fetched(0, 100)()
  const second = fetched(10, 100)
  end(0, { again: true })
  end(1, { again: true, from: 4 })
  await second()
  expect(state.resolved).toEqual(['9'])
  expect(state.wentBack).toEqual([0, 4])
  const third = fetched(4, 100)
  end(2, { committedTo: 11 })
  await third()
  expect(state.wentBack).toEqual([0, 4, 11])
})

test('nothing is fetched again for a session that is over', async () => {
  const { state, fetched, end } = world()
  await fetched(0, 100)()
  state.session = session(2, 0)
  end(0, { again: true })
  expect(await fetched(30, 100)()).toBe('done')
  expect(state.wentBack).toEqual([])
})

test('kafkajs learns from the next batch that the membership is lost', async () => {
  for (const highWatermark of [20, 100]) {
    const { state, fetched, end } = world()
    await fetched(0, 100)()
    const next = fetched(10, highWatermark)
    end(0, { rejoin: new Error('ILLEGAL_GENERATION') })
    end(1, { again: true })
    expect(await next()).toBe('ILLEGAL_GENERATION')
    expect(state.resolved).toEqual(['9'])
  }
})

test('a heartbeat that fails puts everything in hand in question', async () => {
  vi.useFakeTimers()
  const { state, fetched, end } = world()
  const first = fetched(0, 100)
  await vi.advanceTimersByTimeAsync(0)
  const second = fetched(10, 20)
  state.heartbeat = () => Promise.reject(new Error('REBALANCE_IN_PROGRESS'))
  await vi.advanceTimersByTimeAsync(1_500)
  expect(state.deliveries.map(({ delivery }) => delivery.signal.aborted)).toEqual([true, true])
  vi.useRealTimers()
  end(0, { again: true })
  end(1, { again: true })
  expect(await first()).toBe('done')
  expect(await second()).toBe('REBALANCE_IN_PROGRESS')
})
