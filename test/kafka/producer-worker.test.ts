import type { Kafka, RecordMetadata } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { Lanes } from '#src/kafka/lanes.ts'
import { runProducerWorker } from '#src/kafka/producer-worker.ts'
import { createLog } from '#src/observe/log.ts'
import { createMetrics } from '#src/observe/metrics.ts'

/*
 * What real brokers cannot be made to do at will: the order of effects around a call that fails, is answered
 * oddly or not at all. The client is scripted; each producer has a number.
 */

const TOPIC = 'segment.raw'
type Answer = 'ok' | 'error' | 'never' | RecordMetadata[] | 'unreachable'

function scripted(answers: Answer[]) {
  const actions: string[] = []
  let made = 0
  const producer = () => {
    const number = ++made
    return {
      async connect() {
        if (answers[0] === 'unreachable') {
          answers.shift()
          actions.push(`${number} cannot connect`)
          throw new Error('no broker answers')
        }
        actions.push(`${number} connects`)
      },
      async send({ messages }: { messages: { value: string; partition: number }[] }) {
        const answer = answers.shift() ?? 'ok'
        actions.push(`${number} sends ${messages.map(({ value }) => value).join(' ')}`)
        if (answer === 'error') throw new Error('the connection was closed')
        if (answer === 'never') return new Promise(() => {})
        if (typeof answer !== 'string') return answer
        const partitions = new Set(messages.map(({ partition }) => partition))
        return [...partitions].map(partition => ({ topicName: TOPIC, partition, errorCode: 0 }))
      },
      async disconnect() {
        actions.push(`${number} disconnects`)
      },
    }
  }
  return { kafka: { producer } as unknown as Kafka, actions }
}

function start(answers: Answer[]) {
  const { kafka, actions } = scripted(answers)
  const lanes = new Lanes()
  const stop = new AbortController()
  const faults: (string | null)[] = []
  const ended = runProducerWorker({
    kafka,
    topic: TOPIC,
    lanes,
    batchBytes: 100,
    callTimeoutMs: 50,
    metrics: createMetrics({
      groups: ['producer'],
      topics: { read: [], written: [TOPIC] },
      build: { version: '0', revision: '0' },
    }),
    log: createLog({ level: 'debug', command: 'bridge', write: () => {} }),
    onProducer: fault => faults.push(fault),
    signal: stop.signal,
  })
  const send = (value: string, { partition = 0, bytes = 60 } = {}): Promise<string> =>
    new Promise(resolve =>
      lanes.add({
        partition,
        bytes,
        messages: [{ value, partition }],
        settle: error => resolve(error ? `${value}: ${error.message}` : `${value} stored`),
      }),
    )
  const end = async () => {
    stop.abort()
    lanes.close()
    await ended
  }
  return { send, end, actions, faults }
}

describe('a worker', () => {
  test('sends what has gathered for all partitions in one call, of each up to the size of a batch', async () => {
    const { send, end, actions } = start([])
    const sent = [
      send('a', { bytes: 40 }),
      send('b', { partition: 1 }),
      send('c', { bytes: 40 }),
      send('d', { bytes: 40 }),
    ]
    expect(await Promise.all(sent)).toEqual(['a stored', 'b stored', 'c stored', 'd stored'])
    await end()
    expect(actions).toEqual(['1 connects', '1 sends a c b', '1 sends d', '1 disconnects'])
  })

  test('tells each partition of a call what became of it, and serves those in doubt alone', async () => {
    const { send, end, actions } = start([[{ topicName: TOPIC, partition: 0, errorCode: 0 }]])
    expect(await Promise.all([send('a'), send('b', { partition: 1 })])).toEqual([
      'a stored',
      'b: Kafka did not acknowledge partition 1 of segment.raw',
    ])
    await Promise.all([send('c'), send('d', { partition: 1 })])
    await Promise.all([send('e'), send('f', { partition: 1 })])
    await end()
    expect(actions.filter(action => action.includes('sends'))).toEqual([
      '1 sends a b',
      '2 sends c',
      '2 sends d',
      '2 sends e f',
    ])
  })

  test('never uses a producer again after a call that failed', async () => {
    const { send, end, actions, faults } = start(['ok', 'error', 'ok'])
    expect(await send('a')).toBe('a stored')
    expect(await send('b')).toBe('b: the connection was closed')
    expect(await send('c')).toBe('c stored')
    await end()
    expect(actions.filter(action => action !== '1 disconnects')).toEqual([
      '1 connects',
      '1 sends a',
      '1 sends b',
      '2 connects',
      '2 sends c',
      '2 disconnects',
    ])
    expect(actions).toContain('1 disconnects')
    expect(faults).toEqual([null, 'the connection was closed', null])
  })

  test('takes a call that is not answered in time for a failed one', async () => {
    const { send, end, actions } = start(['never'])
    expect(await send('a')).toBe('a: Kafka did not answer within 50 ms')
    expect(await send('b')).toBe('b stored')
    await end()
    // The first is still at its call: closing it would only make kafkajs connect again.
    expect(actions).toEqual(['1 connects', '1 sends a', '2 connects', '2 sends b', '2 disconnects'])
  })

  test.each<[string, RecordMetadata[]]>([
    ['nothing', []],
    ['another partition', [{ topicName: TOPIC, partition: 1, errorCode: 0 }]],
    ['another topic', [{ topicName: 'x', partition: 0, errorCode: 0 }]],
    ['an error', [{ topicName: TOPIC, partition: 0, errorCode: 3 }]],
  ])('takes an answer with %s for a failure', async (_what, answer) => {
    const { send, end } = start([answer])
    expect(await send('a')).toBe('a: Kafka did not acknowledge partition 0 of segment.raw')
    await end()
  })

  test('tries to connect until it can, and says why it cannot', async () => {
    const { send, end, actions, faults } = start(['unreachable', 'unreachable'])
    expect(await send('a')).toBe('a stored')
    await end()
    expect(actions.filter(action => !action.endsWith('disconnects'))).toEqual([
      '1 cannot connect',
      '2 cannot connect',
      '3 connects',
      '3 sends a',
    ])
    expect(faults).toEqual(['no broker answers', 'no broker answers', null])
  })

  test('ends while it cannot connect', async () => {
    const { end, actions } = start(Array(50).fill('unreachable'))
    await expect.poll(() => actions.length).toBeGreaterThan(0)
    await end()
    expect(actions).not.toContain('1 connects')
  })
})
