import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { currentEvent } from './current-events.ts'
import { seedEvent } from './events.ts'
import { seededRandom } from './random.ts'

export interface FeedOptions {
  /** Of the webhook, with its key. */
  readonly url: string
  readonly signingSecret: string
  readonly seed: number
  /** Events a second. */
  readonly rate: number
  readonly events: number
  readonly signal: AbortSignal
}

export interface FeedProgress {
  posted: number
  /** Requests by the status of their answer. */
  readonly answers: Map<number, number>
}

const TICK_MS = 100
/** Requests at once: on a busy machine the rate gives way, not the bridge. */
const MOST_AT_ONCE = 50
const ATTEMPTS = 10
/** Users of the stack: the samples, and the first of those it generates. */
const USERS = [1, 7, 10, 42, 1000, 2147483647, ...Array.from({ length: 500 }, (_, i) => 100_001 + i)]

/** Posts events of 2014 and of today at a steady rate as Segment does: signed, one at a time, now and then an array or a broken body. */
export function feed(options: FeedOptions): { progress: FeedProgress; done: Promise<void> } {
  const progress: FeedProgress = { posted: 0, answers: new Map() }
  return { progress, done: run(options, progress) }
}

async function run({ rate, events, seed, ...target }: FeedOptions, progress: FeedProgress): Promise<void> {
  const { signal } = target
  const random = seededRandom(seed)
  const startedAt = Date.now()
  let serial = 0
  const next = () => {
    const sample = random.next() < 0.5 ? seedEvent : currentEvent
    return sample(random, USERS, serial++, Date.now()).body
  }
  while (serial < events && !signal.aborted) {
    const due = Math.min(events, ((Date.now() - startedAt) * rate) / 1_000)
    const requests: Promise<void>[] = []
    while (serial < due && requests.length < MOST_AT_ONCE) {
      const chance = random.next()
      const body =
        chance < 0.005
          ? next().slice(0, -7) // a body that broke off
          : chance < 0.05
            ? `[${Array.from({ length: 2 + random.below(8) }, next).join(', ')}]`
            : next()
      requests.push(post(target, body, progress))
    }
    await Promise.all(requests)
    progress.posted = serial
    await sleep(TICK_MS, undefined, { signal }).catch(() => {}) // Ctrl-C ends the loop above
  }
}

/** Posts until it is answered other than 5xx, as Segment does: what is in doubt is sent again, but not after the end. */
async function post(target: Target, body: string, progress: FeedProgress): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const status = await postOnce(target, body).catch((error: unknown) => {
      if (attempt === ATTEMPTS && !target.signal.aborted) throw error
      return null
    })
    if (status !== null) progress.answers.set(status, (progress.answers.get(status) ?? 0) + 1)
    const isAnswered = status !== null && (status < 500 || attempt === ATTEMPTS)
    if (isAnswered || target.signal.aborted) return
    await sleep(200 * attempt, undefined, { signal: target.signal }).catch(() => {})
  }
}

type Target = Pick<FeedOptions, 'url' | 'signingSecret' | 'signal'>

async function postOnce({ url, signingSecret }: Target, body: string): Promise<number> {
  const signature = createHmac('sha1', signingSecret).update(body).digest('hex')
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-signature': signature },
    body,
  })
  await response.arrayBuffer()
  return response.status
}
