import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Lane, Lanes, type Shipment, takeBatch } from '#src/kafka/lanes.ts'

const shipment = (partition: number, bytes = 1): Shipment => ({
  partition,
  messages: [],
  bytes,
  settle: () => {},
})

describe('lanes', () => {
  test('go to the workers, the longest waiting first, and each to one worker only', async () => {
    const lanes = new Lanes()
    lanes.leaders = [0, 1, 2, 3, 4]
    for (const partition of [3, 1, 3, 2]) lanes.add(shipment(partition))
    const served = [await lanes.next(), await lanes.next(), await lanes.next()]
    expect(served.map(lane => lane?.partition)).toEqual([3, 1, 2])
    lanes.add(shipment(3))
    const next = lanes.next()
    lanes.add(shipment(4))
    expect((await next)?.partition).toBe(4)
    const after = lanes.next()
    lanes.done(served[0] as Lane)
    expect((await after)?.partition).toBe(3)
  })

  test('that were emptied are not offered again', async () => {
    const lanes = new Lanes()
    lanes.add(shipment(1))
    const lane = (await lanes.next()) as Lane
    takeBatch(lane, 10)
    lanes.done(lane)
    const next = lanes.next()
    lanes.add(shipment(2))
    expect((await next)?.partition).toBe(2)
  })

  test('give up what is taken back', async () => {
    const lanes = new Lanes()
    const [first, second] = [shipment(1), shipment(1)]
    lanes.add(first)
    lanes.add(second)
    lanes.remove(first)
    expect(takeBatch((await lanes.next()) as Lane, 10)).toEqual([second])
  })

  test('let the workers go when they close', async () => {
    const lanes = new Lanes()
    const waiting = lanes.next()
    lanes.close()
    expect(await waiting).toBeNull()
    expect(await lanes.next()).toBeNull()
  })
})

describe('a call', () => {
  const companions = (lanes: Lanes, lane: Lane | null, maxBytes = 100) =>
    lanes.companions(lane as Lane, maxBytes).map(({ partition }) => partition)

  test('is shared by the lanes that wait for the same broker, as far as they fit', async () => {
    const lanes = new Lanes()
    lanes.leaders = [1, 2, 1, 1, 1]
    for (const partition of [0, 1, 2, 3, 4]) lanes.add(shipment(partition, 10))
    const first = (await lanes.next()) as Lane
    expect(companions(lanes, first, 20)).toEqual([2, 3])
    expect((await lanes.next())?.partition).toBe(1)
    takeBatch(first, 10)
    lanes.done(first)
    expect((await lanes.next())?.partition).toBe(4)
  })

  test('is shared by none in doubt', async () => {
    const lanes = new Lanes()
    lanes.add(shipment(0))
    const doubted = (await lanes.next()) as Lane
    takeBatch(doubted, 10)
    doubted.isDoubted = true
    lanes.done(doubted)
    for (const partition of [1, 0, 2]) lanes.add(shipment(partition))
    expect(companions(lanes, await lanes.next())).toEqual([2])
    expect(companions(lanes, await lanes.next())).toEqual([])
  })
})

describe('what comes for a broker that has been called', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Workers that keep what they are given, and the partitions of it. */
  function serving(lanes: Lanes, workers: number) {
    const served: Lane[] = []
    for (let worker = 0; worker < workers; worker++) void lanes.next().then(lane => lane && served.push(lane))
    const partitions = async (afterMs = 0) => {
      await vi.advanceTimersByTimeAsync(afterMs)
      return served.map(({ partition }) => partition)
    }
    return { served, partitions }
  }

  function end(lanes: Lanes, lane: Lane | undefined, isDoubted = false): void {
    takeBatch(lane as Lane, 10)
    ;(lane as Lane).isDoubted = isDoubted
    lanes.done(lane as Lane)
  }

  test('gathers while that may soon answer, which holds up no other', async () => {
    const lanes = new Lanes(20)
    lanes.leaders = [1, 1, 2]
    const { partitions } = serving(lanes, 4)
    for (const partition of [0, 1, 2]) lanes.add(shipment(partition))
    expect(await partitions(19)).toEqual([0, 2])
    expect(await partitions(1)).toEqual([0, 2, 1])
  })

  test('waits for no more than one patience after each call', async () => {
    const lanes = new Lanes(20)
    const { partitions } = serving(lanes, 4)
    for (const partition of [0, 1, 2]) lanes.add(shipment(partition))
    expect(await partitions(20)).toEqual([0, 1])
    expect(await partitions(19)).toEqual([0, 1])
    expect(await partitions(1)).toEqual([0, 1, 2])
  })

  test('leaves a worker for the other brokers', async () => {
    const lanes = new Lanes(20)
    lanes.leaders = [1, 1, 1, 2]
    const { served, partitions } = serving(lanes, 3)
    for (const partition of [0, 1, 2]) lanes.add(shipment(partition))
    expect(await partitions(1_000)).toEqual([0, 1])
    lanes.add(shipment(3))
    expect(await partitions()).toEqual([0, 1, 3])
    end(lanes, served[0])
    void lanes.next().then(lane => lane && served.push(lane))
    expect(await partitions()).toEqual([0, 1, 3])
    void lanes.next().then(lane => lane && served.push(lane))
    expect(await partitions()).toEqual([0, 1, 3, 2])
  })

  test('goes at once when that has answered, and no timer is left', async () => {
    const lanes = new Lanes(20)
    const { served, partitions } = serving(lanes, 3)
    for (const partition of [0, 1]) lanes.add(shipment(partition))
    expect(await partitions(5)).toEqual([0])
    end(lanes, served[0])
    expect(await partitions()).toEqual([0, 1])
    end(lanes, served[1])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not wait for those in doubt, nor do they wait', async () => {
    const lanes = new Lanes(20)
    const { served, partitions } = serving(lanes, 4)
    lanes.add(shipment(0))
    await partitions()
    end(lanes, served[0], true)
    for (const partition of [0, 1, 2]) lanes.add(shipment(partition))
    expect(await partitions()).toEqual([0, 0, 1])
    end(lanes, served[1], true)
    lanes.add(shipment(0))
    expect(await partitions()).toEqual([0, 0, 1, 0])
  })
})

describe('a batch', () => {
  const lane = (...bytes: number[]): Lane => ({
    partition: 1,
    isServed: true,
    shipments: new Set(bytes.map(size => shipment(1, size))),
  })
  test('is as many shipments as fit, in order', () => {
    const waiting = lane(4, 5, 2, 1)
    expect(takeBatch(waiting, 10).map(({ bytes }) => bytes)).toEqual([4, 5])
    expect(takeBatch(waiting, 10).map(({ bytes }) => bytes)).toEqual([2, 1])
    expect(takeBatch(waiting, 10)).toEqual([])
  })
  test('is at least one', () => {
    expect(takeBatch(lane(50, 1), 10).map(({ bytes }) => bytes)).toEqual([50])
  })
})
