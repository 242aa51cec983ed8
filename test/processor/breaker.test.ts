import { describe, expect, test } from 'vitest'
import { at, type Batch, delivery, EVENT, fakeKafka, runProcessor, session } from '../support/fake-kafka.ts'

const UNKNOWN = EVENT.replace('"userId":10', '"userId":999')
const many = (count: number, value = UNKNOWN) => Array.from({ length: count }, () => value)
/** A processor of one partition. */
function processing(overrides: Parameters<typeof runProcessor>[1] = {}) {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const running = runProcessor(kafka, { breakerRetryMs: 50, ...overrides })
  const questioned = new AbortController()
  let offset = 0
  return {
    ...running,
    readiness: () => kafka.state.readiness.get('breaker'),
    deliver(values: readonly string[], more: Partial<Batch> = {}) {
      const place = { partition: 0, offset, keysFrom: offset }
      offset += values.length
      return running.processor.deliver(delivery(s, { ...place, values, ...more }, questioned.signal))
    },
    /** The group gives its partition to somebody else. */
    lose() {
      kafka.state.session = session(2)
      questioned.abort()
    },
    untilHeld: () => expect.poll(() => running.processor.held).toBe(1),
  }
}

describe('the breaker holds a round', () => {
  test('of which most records of many senders would be rejected, and says which reason leads', async () => {
    const { deliver, untilHeld, readiness, metric } = processing()
    void deliver([...many(400, EVENT), ...many(600)])
    await untilHeld()
    expect(readiness()).toMatch(
      /of 1000 records 600, of 600 keys, would be rejected, 600 of them as user_unknown/,
    )
    expect(await metric('breaker_open')).toBe(1)
    expect(await metric('records_processed_total{outcome="rejected"}')).toBe(0)
  })

  test('together with what was committed before it', async () => {
    const { deliver, untilHeld, metric } = processing()
    expect(await deliver(many(400))).toEqual({ committedTo: 400 })
    expect(await deliver([...many(200), ...many(300, EVENT)])).toEqual({ committedTo: 900 })
    void deliver(many(100))
    await untilHeld()
    expect(await metric('records_processed_total{outcome="rejected"}')).toBe(600)
  })

  test('never for what was rejected before it, so that a small round that is mended goes on', async () => {
    let isFilled = false
    const users = {
      find: async (ids: readonly number[]) =>
        new Map(isFilled ? ids.map(id => [id, { id, username: 'bob' }]) : []),
    }
    const { deliver, untilHeld, readiness } = processing({ users })
    expect(await deliver(many(900, EVENT))).toEqual({ committedTo: 900 })
    const result = deliver(many(200, EVENT))
    await untilHeld()
    isFilled = true
    expect(await result).toEqual({ committedTo: 1_100 })
    expect(readiness()).toBe('ready')
  })

  test('never for one sender, whatever was rejected before', async () => {
    const { deliver, metric } = processing()
    expect(await deliver([...many(500), ...many(500, EVENT)])).toEqual({ committedTo: 1_000 })
    const mine = { keysFrom: undefined as never }
    expect(await deliver(many(60), mine)).toEqual({ committedTo: 1_060 })
    expect(await metric('breaker_open')).toBe(0)
  })

  test('until it passes: then the work goes on by itself, and nothing is lost', async () => {
    let isFilled = false
    const users = {
      find: async (ids: readonly number[]) =>
        new Map(isFilled ? ids.map(id => [id, { id, username: 'bob' }]) : []),
    }
    const { deliver, untilHeld, readiness, metric } = processing({ users })
    const result = deliver(many(1_000, EVENT))
    await untilHeld()
    isFilled = true
    expect(await result).toEqual({ committedTo: 1_000 })
    expect(readiness()).toBe('ready')
    expect(await metric('breaker_open')).toBe(0)
    expect(await metric('records_processed_total{outcome="emitted"}')).toBe(1_000)
  })

  test('until its partitions go elsewhere: a standby holds nothing, and is ready', async () => {
    const { deliver, untilHeld, readiness, lose } = processing()
    const result = deliver(many(1_000))
    await untilHeld()
    lose()
    expect(await result).toEqual({ again: true })
    await expect.poll(readiness).toBe('ready')
  })

  test('and lets go of it when told to stop', async () => {
    const { deliver, untilHeld, stop } = processing()
    const result = deliver(many(1_000))
    await untilHeld()
    await stop()
    expect(await result).toEqual({ again: true })
  })
})

describe('the breaker lets a round pass', () => {
  test.each<[string, readonly string[], Partial<Batch>]>([
    ['of half rejected', [...many(500), ...many(500, EVENT)], {}],
    ['of a hostile sender', many(1_000), { keysFrom: undefined as never }],
    ['of fewer records than tell', many(999), {}],
    ['that was sent back', many(1_000), { headers: { 'segedx.error.replay-count': Buffer.from('1') } }],
  ])('%s', async (_, values, more) => {
    const { deliver, readiness } = processing()
    expect(await deliver(values, more)).toEqual({ committedTo: values.length })
    expect(readiness()).toBe('ready')
  })

  test('of anything where it is off', async () => {
    const { deliver, metric } = processing({ breaker: false })
    expect(await deliver(many(1_000))).toEqual({ committedTo: 1_000 })
    expect(await metric('breaker_open')).toBe(0)
  })
})
