import { describe, expect, test } from 'vitest'
import { createPatience } from '#src/commands/patience.ts'
import { describeError } from '#src/observe/describe-error.ts'
import { createLog } from '#src/observe/log.ts'

const ASKED = { name: 'The oracle', hint: 'check the tripod' }

class Fault extends Error {
  readonly retriable: boolean
  constructor(message: string, retriable: boolean, cause?: Error) {
    super(message, { cause })
    this.retriable = retriable
  }
}

function patienceOf(waitMs: number) {
  const lines: string[] = []
  const stop = new AbortController()
  const log = createLog({ level: 'info', command: 'test', write: line => lines.push(line) })
  return { lines, stop, patiently: createPatience({ waitMs, log, signal: stop.signal }) }
}

/** Fails with each error in turn, and then succeeds. */
const failing = (...errors: Error[]) => {
  return async () => {
    const error = errors.shift()
    if (error) throw error
    return 'answered'
  }
}

test('tries again what passes, and says that it does', async () => {
  const { lines, patiently } = patienceOf(60_000)
  const work = failing(new Fault('not yet', true), new Fault('nor now', true))
  expect(await patiently(ASKED, work)).toBe('answered')
  expect(lines.map(line => JSON.parse(line).msg)).toEqual([
    expect.stringMatching(/^The oracle cannot be used yet; trying for another \d+ s$/),
    expect.stringMatching(/^The oracle cannot be used yet/),
  ])
})

describe('what counts is the error that began it', () => {
  test.each([
    ['a fault that nothing is said of', new Error('defect')],
    ['a final one', new Fault('refused', false)],
    ['a final one inside', new Fault('gave up', true, new Fault('refused', false))],
  ])('%s is thrown at once', async (_, error) => {
    const { lines, patiently } = patienceOf(60_000)
    await expect(patiently(ASKED, failing(error))).rejects.toBe(error)
    expect(lines).toEqual([])
  })

  test('one that passes, though kafkajs has tried often enough by its own count', async () => {
    const { patiently } = patienceOf(60_000)
    const error = new Error('context', {
      cause: new Fault('retries exceeded', false, new Fault('refused', true)),
    })
    expect(await patiently(ASKED, failing(error))).toBe('answered')
  })
})

test('gives up when the time is over, and says what to check', async () => {
  const { patiently } = patienceOf(0)
  const error = await patiently(ASKED, failing(new Fault('not yet', true))).catch(describeError)
  expect(error).toBe('The oracle could not be used for 0 s: check the tripod: not yet')
})

test('ends when it is told to, not with the error', async () => {
  const { stop, patiently } = patienceOf(60_000)
  const work = () => {
    stop.abort()
    return Promise.reject(new Fault('not yet', true))
  }
  await expect(patiently(ASKED, work)).rejects.toMatchObject({ name: 'AbortError' })
})
