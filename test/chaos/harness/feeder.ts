import { setTimeout as sleep } from 'node:timers/promises'
import { eventOf } from './events.ts'

const EVENTS_A_REQUEST = 20
const MOST_AT_ONCE = 8
const TICK_MS = 50
const PAUSE_MS = 250
/** The bridge promises an answer within 4 s of a body's last byte; beyond this it has broken its word. */
const ANSWER_WITHIN_MS = 8_000

export interface Feeder {
  /** Events posted, each at least once. */
  readonly posted: number
  /** Every event below this number was answered 200. */
  readonly answered: number
  readonly refusals: number
  /** Posts what is in hand until it is answered 200, and then no more. */
  stop(): Promise<void>
}

/**
 * Posts numbered events in arrays at a steady rate, each array until it is answered 200, as Segment does. What is in
 * doubt is posted again: the raw topic may hold an event twice, and then each of the two has an outcome of its own.
 */
export function startFeeder(webhook: () => string, rate: number): Feeder {
  const startedAt = Date.now()
  const answered = new Set<number>()
  const inHand = new Set<Promise<void>>()
  let next = 0
  let refusals = 0
  let below = 0
  let isOver = false

  async function post(first: number): Promise<void> {
    const events = Array.from({ length: EVENTS_A_REQUEST }, (_, i) => eventOf(first + i))
    const body = `[${events.join()}]`
    for (;;) {
      const status = await postOnce(webhook(), body)
      if (status === 200) break
      refusals++
      await sleep(PAUSE_MS)
    }
    answered.add(first)
    while (answered.delete(below)) below += EVENTS_A_REQUEST
  }

  const running = (async () => {
    while (!isOver) {
      const due = ((Date.now() - startedAt) * rate) / 1_000
      while (next < due && inHand.size < MOST_AT_ONCE) {
        const request = post(next).finally(() => inHand.delete(request))
        inHand.add(request)
        next += EVENTS_A_REQUEST
      }
      await sleep(TICK_MS)
    }
    await Promise.all(inHand)
  })()

  return {
    get posted() {
      return next
    },
    get answered() {
      return below
    },
    get refusals() {
      return refusals
    },
    async stop() {
      isOver = true
      await running
    },
  }
}

/** The status of the answer; 0 where there was none, since the bridge is down. */
async function postOnce(url: string, body: string): Promise<number> {
  const startedAt = Date.now()
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body })
    await response.arrayBuffer()
    const tookMs = Date.now() - startedAt
    if (tookMs > ANSWER_WITHIN_MS) throw new LateAnswer(`The bridge answered after ${tookMs} ms`)
    return response.status
  } catch (error) {
    if (error instanceof LateAnswer) throw error
    return 0
  }
}

class LateAnswer extends Error {}
