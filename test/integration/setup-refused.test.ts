import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { cluster, own } from '../support/cluster.ts'
import { outageBefore } from '../support/outage.ts'
import { ownSettings, run, start } from '../support/product.ts'

/* `setup` where it must not, or cannot, do what it is for. */

const { kafka, admin, topic, create, placeOf } = cluster()
const NOWHERE = [-1, null]

describe('while the group has members', () => {
  async function join(group: string, topic: string) {
    const consumer = kafka.consumer({ groupId: group })
    onTestFinished(() => consumer.disconnect())
    await consumer.connect()
    await consumer.subscribe({ topics: [topic] })
    const joined = new Promise<void>(resolve => consumer.on('consumer.group_join', () => resolve()))
    await consumer.run({ autoCommit: false, eachMessage: async () => {} })
    await joined
  }

  test('a group that never had a place is not given one behind their back', async () => {
    const { settings, raw, group } = own()
    await create(raw, 1)
    await join(group, raw)
    const { exitCode, output } = await run(['setup', '--start', 'earliest'], settings)
    expect(exitCode).toBe(1)
    expect(output).toMatch(/is in use by .*: stop the processors first/)
    expect(await placeOf(group, raw)).toEqual({ 0: NOWHERE })
  })

  test('new partitions are theirs to begin, and that is no fault', async () => {
    const { settings, raw, group } = own()
    await run(['setup', '--start', 'earliest'], settings)
    await admin.createPartitions({ topicPartitions: [{ topic: raw, count: 5 }] })
    await expect.poll(async () => (await topic(raw)).partitions).toBe(5)
    await join(group, raw)
    const { exitCode, output } = await run(['setup'], settings)
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/its processors begin 1 new partitions at their oldest record/)
    expect((await placeOf(group, raw))[4]).toEqual(NOWHERE)
  })
})

describe('where it cannot work', () => {
  test('every wrong setting is said at once', async () => {
    const wrong = { ...ownSettings(), KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: 'kafka', TOPIC_PARTITIONS: '0' }
    const { exitCode, output } = await run(['setup'], wrong)
    expect(exitCode).toBe(2)
    for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'TOPIC_PARTITIONS'])
      expect(output).toContain(name)
    expect(await run(['setup', '--wait', 'long'], wrong)).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('--wait is "long": expected whole seconds'),
    })
  })

  test.each([
    [
      'Kafka',
      { KAFKA_BROKERS: '127.0.0.1:9' },
      /Kafka at 127\.0\.0\.1:9 could not be used for 1 s: check .*KAFKA_BROKERS/,
    ],
    [
      'the registry',
      { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9' },
      /registry could not be used for 1 s: check .*SCHEMA_REGISTRY_URL/,
    ],
  ])('%s is waited for as long as told, and then it says what to check', async (_, settings, message) => {
    const args = ['setup', '--start', 'earliest', '--wait', '1']
    const { exitCode, output } = await run(args, { ...ownSettings(), ...settings })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/cannot be used yet; trying for another \d s/)
    expect(output).toMatch(message)
  })

  test('a registry that comes up later is enough', async () => {
    const { hostname, port, pathname } = new URL(inject('stack').registryUrl)
    const outage = await outageBefore({ host: hostname, port: Number(port) })
    onTestFinished(() => outage.close())
    await outage.refuse()
    const url = `http://127.0.0.1:${outage.port}${pathname}`
    const setup = start(['setup', '--start', 'earliest'], { ...ownSettings(), SCHEMA_REGISTRY_URL: url })
    await setup.until(/The schema registry cannot be used yet/)
    await outage.heal()
    expect(await setup.ended(), setup.output()).toBe(0)
  })

  test('Ctrl-C ends the waiting at once', async () => {
    const setup = start(['setup', '--start', 'earliest'], { ...ownSettings(), KAFKA_BROKERS: '127.0.0.1:9' })
    await setup.until(/cannot be used yet/)
    setup.child.kill('SIGINT')
    expect(await setup.ended()).toBe(130)
  })
})
