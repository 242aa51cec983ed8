import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import { checkLedger } from '../../dev/demo/ledger-check.ts'
import { partitionsBehind, readTopic } from '../../dev/demo/topics.ts'
import { feed, VALUES } from '../support/feed.ts'
import { memoryUserDirectory, pipelineSettings } from '../support/pipeline.ts'
import { ownSettings, run, type Started, start } from '../support/product.ts'

const started: Started[] = []
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL')
})

const connect = () =>
  createKafka(
    { brokers: inject('stack').brokers, clientId: 'test' },
    createLog({ level: 'error', command: 'test' }),
  )

const startProcess = (settings: Record<string, string>) => {
  const process = start(['process'], settings)
  started.push(process)
  return process
}

const produce = (topic: string, values: readonly (Buffer | null)[]) => feed(connect(), topic, values)

async function untilCommitted(group: string, topic: string): Promise<void> {
  const admin = connect().admin()
  await admin.connect()
  while ((await partitionsBehind(admin, group, topic)) > 0) await sleep(100)
  await admin.disconnect()
}

const check = (settings: Record<string, string>) =>
  checkLedger({
    kafka: connect(),
    topics: {
      raw: settings['RAW_TOPIC'] as string,
      output: settings['OUTPUT_TOPIC'] as string,
      errors: settings['ERROR_TOPIC'] as string,
    },
    group: settings['CONSUMER_GROUP'] as string,
    pipeline: createPipeline(pipelineSettings()),
    users: memoryUserDirectory(),
  })

describe('process, on the real servers', () => {
  test('does not guess where to begin, and says how to choose', async () => {
    const settings = ownSettings()
    const missing = await run(['process'], settings)
    expect(missing).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('may not be seen by this user: create it with `setup`'),
    })

    const unchosen = await run(['setup'], settings)
    expect(unchosen).toMatchObject({ exitCode: 2, output: expect.stringContaining('--start earliest') })
    await run(['setup', '--start', 'earliest'], settings)
    const undecided = await run(['process'], { ...settings, CONSUMER_GROUP: 'undecided' })
    expect(undecided).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('setup --start earliest'),
    })
  })

  test('gives every record exactly one outcome, a tombstone included, and leaves in good order', async () => {
    const settings = ownSettings()
    expect(await run(['setup', '--start', 'earliest'], settings)).toEqual({
      exitCode: 0,
      output: expect.any(String),
    })
    await produce(settings['RAW_TOPIC'] as string, [...VALUES, null])
    const process = startProcess(settings)
    await untilCommitted(settings['CONSUMER_GROUP'] as string, settings['RAW_TOPIC'] as string)
    process.child.kill('SIGTERM')
    expect(await process.ended()).toBe(0)
    const { raw, faults } = await check(settings)
    expect({ raw, faults }).toEqual({ raw: VALUES.length + 1, faults: [] })

    const errors = await readTopic(connect(), settings['ERROR_TOPIC'] as string)
    const tombstone = errors.find(({ value }) => value === null)
    expect(tombstone?.headers['segedx.error.reason']?.toString()).toBe('malformed_json')
  })

  test('kill -9 in the middle: the successor goes on, and nothing is lost or written twice', async () => {
    const settings: Record<string, string> = { ...ownSettings(), SESSION_TIMEOUT_MS: '6000' }
    await run(['setup', '--start', 'earliest'], settings)
    const topic = settings['RAW_TOPIC'] as string
    const victim = startProcess(settings)
    await victim.until(/The group gave this process [1-9]/)
    for (let round = 0; round < 20; round++) {
      await produce(topic, VALUES)
      if (round === 10) victim.child.kill('SIGKILL')
    }
    const successor = startProcess(settings)
    await untilCommitted(settings['CONSUMER_GROUP'] as string, topic)
    successor.child.kill('SIGTERM')
    await successor.ended()
    const { raw, faults } = await check(settings)
    expect({ raw, faults }).toEqual({ raw: 20 * VALUES.length, faults: [] })
  })

  test('a paused process that wakes after its session is fenced, and writes nothing twice', async () => {
    const settings: Record<string, string> = { ...ownSettings(), SESSION_TIMEOUT_MS: '6000' }
    await run(['setup', '--start', 'earliest'], settings)
    const topic = settings['RAW_TOPIC'] as string
    const zombie = startProcess(settings)
    await zombie.until(/The group gave this process [1-9]/)
    const feeding = (async () => {
      for (let round = 0; round < 40; round++) {
        await produce(topic, VALUES)
        await sleep(400)
      }
    })()
    await sleep(3_000)
    zombie.child.kill('SIGSTOP')
    const successor = startProcess(settings)
    await sleep(9_000)
    zombie.child.kill('SIGCONT')
    await feeding
    await untilCommitted(settings['CONSUMER_GROUP'] as string, topic)
    for (const { child } of [zombie, successor]) child.kill('SIGTERM')
    await Promise.all([zombie.ended(), successor.ended()])
    const { raw, faults } = await check(settings)
    expect({ raw, faults }).toEqual({ raw: 40 * VALUES.length, faults: [] })
  })
})
