import { describe, expect, inject, test } from 'vitest'
import { createRegistry } from '#src/schemas/registry.ts'
import { TRACKING_EVENT_SCHEMA } from '#src/schemas/tracking-event.ts'
import { begunAt, cluster, own } from '../support/cluster.ts'
import { run } from '../support/product.ts'

/* `setup` as a process of its own, on real servers in all the states in which it may find them. */

const MIB = 1_048_576
const DAY_MS = 86_400_000
const registry = createRegistry({ url: inject('stack').registryUrl })
const { admin, topic, create, produce, deleteBefore, placeOf } = cluster()

describe('on an empty cluster', () => {
  test('makes all that there has to be, and finds nothing to do the second time', async () => {
    const { settings, raw, output, errors, group } = own()
    const first = await run(['setup', '--start', 'earliest'], settings)
    expect(first.exitCode, first.output).toBe(0)
    expect(first.output.match(/created, 4 partitions, 1 replica/g)).toHaveLength(3)
    expect(first.output).toMatch(/\.errors\.sent.*created, 1 partition, 1 replica/)
    expect((await topic(`${errors}.sent`)).configs['cleanup.policy']).toBe('compact,delete')

    const body = 8 * MIB
    const expected = [
      [raw, 35 * DAY_MS, body + 65_536],
      [output, 35 * DAY_MS, 2 * (body + 65_536)],
      [errors, 90 * DAY_MS, body + 131_072],
    ] as const
    for (const [name, retentionMs, maxMessageBytes] of expected) {
      const { partitions, configs } = await topic(name)
      expect(partitions).toBe(4)
      expect(configs).toMatchObject({
        'cleanup.policy': 'delete',
        'message.timestamp.type': 'CreateTime',
        'min.insync.replicas': '1',
        'retention.ms': String(retentionMs),
        'max.message.bytes': String(maxMessageBytes),
      })
    }
    expect(await registry.idOf(`${output}-value`, TRACKING_EVENT_SCHEMA)).toBeGreaterThan(0)
    expect(await registry.compatibility(`${output}-value`)).toBe('FULL_TRANSITIVE')
    const place = { 0: begunAt(0), 1: begunAt(0), 2: begunAt(0), 3: begunAt(0) }
    expect(await placeOf(group, raw)).toEqual(place)

    const before = await Promise.all([raw, output, errors].map(topic))
    for (const args of [['setup'], ['setup', '--start', 'latest']]) {
      const again = await run(args, settings)
      expect(again.exitCode, again.output).toBe(0)
      expect(again.output.match(/as it should be/g)).toHaveLength(6)
      expect(again.output).not.toMatch(/created|changed|registered|begins/)
    }
    expect(await Promise.all([raw, output, errors].map(topic))).toEqual(before)
    expect(await registry.versions(`${output}-value`)).toHaveLength(1)
    expect(await placeOf(group, raw)).toEqual(place)
  })

  test('changes nothing before somebody says where the group begins', async () => {
    const { settings, raw, output } = own()
    const { exitCode, output: said } = await run(['setup'], settings)
    expect(exitCode).toBe(2)
    expect(said).toMatch(
      /has no offsets on .*: say where it begins with --start earliest .* or --start latest/,
    )
    expect(await admin.listTopics()).not.toContain(raw)
    expect(await registry.versions(`${output}-value`)).toEqual([])
  })
})

describe('where some of it is there', () => {
  test('a raw topic that is too little is changed, keeps what it has beyond, and is read behind what was deleted', async () => {
    const { settings, raw, group } = own()
    await create(raw, 2, {
      'cleanup.policy': 'compact,delete',
      'max.message.bytes': '1000',
      'retention.ms': '-1',
      'segment.ms': '86400000',
    })
    await produce(raw, 0, 5)
    await produce(raw, 1, 3)
    await deleteBefore(raw, 0, 2)
    const { exitCode, output } = await run(['setup', '--start', 'earliest'], settings)
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/changed, 2 partitions, 1 replica, cleanup\.policy compact,delete → delete/)
    expect(output).toMatch(/max\.message\.bytes 1000 → 8454144/)
    expect(output).toMatch(/Note: .* has 2 partitions, and TOPIC_PARTITIONS is 4\. It is not grown/)
    const { partitions, configs } = await topic(raw)
    expect(partitions).toBe(2)
    expect(configs).toMatchObject({
      'cleanup.policy': 'delete',
      'max.message.bytes': '8454144',
      'retention.ms': '-1',
      'segment.ms': '86400000',
    })
    expect(await placeOf(group, raw)).toEqual({ 0: begunAt(2), 1: begunAt(0) })
  })

  test('a group may begin with what comes', async () => {
    const { settings, raw, group } = own()
    await create(raw, 2)
    await produce(raw, 1, 3)
    const { exitCode, output } = await run(['setup', '--start', 'latest'], settings)
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/begins at the latest record, 2 partitions/)
    expect(await placeOf(group, raw)).toEqual({ 0: begunAt(0), 1: begunAt(3) })
  })

  test('partitions that were added begin at their oldest record, and the others stay where they are', async () => {
    const { settings, raw, group } = own()
    await run(['setup', '--start', 'earliest'], settings)
    await admin.createPartitions({ topicPartitions: [{ topic: raw, count: 6 }] })
    await expect.poll(async () => (await topic(raw)).partitions).toBe(6)
    await produce(raw, 5, 3)
    const { exitCode, output } = await run(['setup', '--start', 'latest'], settings)
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/begins 2 new partitions at their oldest record/)
    const zero = begunAt(0)
    expect(await placeOf(group, raw)).toEqual({ 0: zero, 1: zero, 2: zero, 3: zero, 4: zero, 5: zero })
  })

  test('a schema that is registered without a level gets one', async () => {
    const { settings, output } = own()
    const id = await registry.register(`${output}-value`, TRACKING_EVENT_SCHEMA)
    const { exitCode, output: said } = await run(['setup', '--start', 'earliest'], settings)
    expect(exitCode, said).toBe(0)
    expect(said).toContain(`changed, id ${id}, compatibility NONE → FULL_TRANSITIVE`)
    expect(await registry.versions(`${output}-value`)).toHaveLength(1)
  })

  test('a schema that does not fit those that are registered is not registered, and `schema check` says why', async () => {
    const { settings, output } = own()
    const other = JSON.parse(TRACKING_EVENT_SCHEMA)
    other.fields.push({ name: 'tenant', type: 'string' })
    await registry.register(`${output}-value`, JSON.stringify(other))
    const set = await run(['setup', '--start', 'earliest'], settings)
    expect(set.exitCode).toBe(1)
    expect(set.output).toMatch(/with 409, .*`schema check` says what is in the way/)
    const checked = await run(['schema', 'check'], settings)
    expect(checked.exitCode).toBe(1)
    expect(checked.output).toContain(
      'does not fit\n    tenant: version 1 needs it without a default, and this schema lacks it\n',
    )
    expect(checked.output).toContain('the registry refuses it')
  })
})
