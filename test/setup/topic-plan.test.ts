import { describe, expect, test } from 'vitest'
import { planTopic, type TopicState, type TopicWish } from '#src/setup/topic-plan.ts'

const WISH: TopicWish = { name: 'raw', partitions: 8, retentionMs: 1_000, maxMessageBytes: 500 }
const ONE_BROKER = { brokers: 1, requestBytes: 100_000 }
const THREE_BROKERS = { brokers: 3, requestBytes: 100_000 }

const state = (configs: Record<string, string> = {}, partitions = 8, replicas = 1): TopicState => ({
  partitions,
  replicas,
  configs: new Map(
    Object.entries({
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'CreateTime',
      'retention.ms': '1000',
      'max.message.bytes': '500',
      'min.insync.replicas': '1',
      'segment.bytes': '1073741824',
      ...configs,
    }),
  ),
})
const alterations = (found: TopicState, wish = WISH, cluster = ONE_BROKER) =>
  Object.fromEntries(planTopic(wish, found, cluster).alter)

describe('a topic that is not there is created', () => {
  test.each([
    [1, 1, '1'],
    [2, 1, '1'],
    [3, 3, '2'],
    [5, 3, '2'],
  ])('on %i brokers with %i replicas, of which %s must have a record', (brokers, replicas, minInSync) => {
    const plan = planTopic(WISH, undefined, { ...ONE_BROKER, brokers })
    expect(plan.create).toEqual({
      partitions: 8,
      replicas,
      configs: new Map([
        ['cleanup.policy', 'delete'],
        ['message.timestamp.type', 'CreateTime'],
        ['retention.ms', '1000'],
        ['max.message.bytes', '500'],
        ['min.insync.replicas', minInSync],
      ]),
    })
    expect(plan.alter.size).toBe(0)
    expect(plan.state).toBe(`created, 8 partitions, ${replicas} replica${replicas === 1 ? '' : 's'}`)
  })
})

describe('a topic that is there', () => {
  test('is left alone where it is as it should be', () => {
    expect(planTopic(WISH, state(), ONE_BROKER)).toEqual({
      name: 'raw',
      create: null,
      alter: new Map(),
      state: 'as it should be, 8 partitions, 1 replica',
      notes: [],
    })
  })

  test.each([
    ['retention.ms', '999', '1000'],
    ['max.message.bytes', '499', '500'],
    ['cleanup.policy', 'compact', 'delete'],
    ['cleanup.policy', 'compact,delete', 'delete'],
    ['message.timestamp.type', 'LogAppendTime', 'CreateTime'],
  ])('has its %s changed from %s to %s', (config, found, wished) => {
    const plan = planTopic(WISH, state({ [config]: found }), ONE_BROKER)
    expect(Object.fromEntries(plan.alter)).toEqual({ [config]: wished })
    expect(plan.state).toBe(`changed, 8 partitions, 1 replica, ${config} ${found} → ${wished}`)
  })

  test.each([
    ['retention.ms', '1001'],
    ['retention.ms', '-1'],
    ['max.message.bytes', '501'],
  ])('keeps the %s of %s that somebody has raised it to', (config, found) => {
    expect(alterations(state({ [config]: found }))).toEqual({})
  })

  test('keeps records for ever where that is wished', () => {
    const forEver = { ...WISH, retentionMs: -1 }
    expect(alterations(state(), forEver)).toEqual({ 'retention.ms': '-1' })
    expect(alterations(state({ 'retention.ms': '-1' }), forEver)).toEqual({})
  })

  test('needs two replicas in sync as soon as it has three', () => {
    expect(alterations(state({}, 8, 3), WISH, THREE_BROKERS)).toEqual({ 'min.insync.replicas': '2' })
    expect(alterations(state({ 'min.insync.replicas': '3' }, 8, 3), WISH, THREE_BROKERS)).toEqual({})
    expect(alterations(state({}, 8, 1), WISH, THREE_BROKERS)).toEqual({})
  })
})

describe('what only a person can change is said', () => {
  const notesOn = (found: TopicState | undefined, cluster = ONE_BROKER) =>
    planTopic(WISH, found, cluster).notes

  test('fewer partitions than wished, not more', () => {
    expect(notesOn(state({}, 4))).toEqual([
      expect.stringMatching(/^raw has 4 partitions, and TOPIC_PARTITIONS is 8\. It is not grown/),
    ])
    expect(notesOn(state({}, 12))).toEqual([])
  })

  test('fewer replicas than the brokers could hold', () => {
    expect(notesOn(state(), THREE_BROKERS)).toEqual([
      expect.stringMatching(/^raw has 1 of the 3 replicas .*kafka-reassign-partitions/),
    ])
  })

  test('more replicas to be in sync than there are', () => {
    expect(notesOn(state({ 'min.insync.replicas': '2' }))).toEqual([
      expect.stringMatching(/^raw cannot be written: its min\.insync\.replicas/),
    ])
  })

  test('brokers that refuse requests as large as a record may be', () => {
    const note = expect.stringMatching(
      /records of 500 bytes.*requests over 500 \(socket\.request\.max\.bytes\)/,
    )
    expect(notesOn(undefined, { ...ONE_BROKER, requestBytes: 500 })).toEqual([note])
    expect(notesOn(state(), { ...ONE_BROKER, requestBytes: 500 })).toEqual([note])
    expect(planTopic(WISH, state(), { brokers: 1, requestBytes: undefined }).notes).toEqual([])
  })
})
