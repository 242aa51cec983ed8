import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readTopic } from '../../dev/demo/topics.ts'
import { cluster, own } from '../support/cluster.ts'
import { feed, VALUES } from '../support/feed.ts'
import { outageBefore } from '../support/outage.ts'
import { run, type Started, start } from '../support/product.ts'

/* `replay` on real servers: what it would do, what it does, and whom it stops for. */

const HOUR_MS = 3_600_000
const { kafka, admin, create, deleteBefore, placeOf } = cluster()
const started: Started[] = []
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL')
})

function startProcess(settings: Record<string, string>): Started {
  const processor = start(['process'], { ...settings, SESSION_TIMEOUT_MS: '6000' })
  started.push(processor)
  return processor
}

async function stop(processor: Started): Promise<void> {
  processor.child.kill('SIGTERM')
  expect(await processor.ended()).toBe(0)
}

const offsetsOf = async (group: string, topic: string) => {
  const place = await placeOf(group, topic)
  return Object.values(place).map(([offset]) => Number(offset))
}

async function untilAtEnd(group: string, topic: string): Promise<void> {
  const offsets = await admin.fetchTopicOffsets(topic)
  const ends = offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high))
  await expect.poll(() => offsetsOf(group, topic)).toEqual(ends)
}

const ledgerAt = (base: number, counts: object = {}) =>
  JSON.stringify({ v: 1, base, emitted: 0, rejected: 0, ignored: 0, ...counts })

describe('the plan, and what --execute makes of it', () => {
  const { settings, raw, group } = own()
  const now = Date.now()

  beforeAll(async () => {
    // Partition 0 holds 2 deleted and 3 older records, 5 of three hours ago and 5 of one hour ago; partition 1 is empty.
    await create(raw, 2)
    const producer = kafka.producer()
    await producer.connect()
    for (const [records, hours] of [
      [5, 9],
      [5, 3],
      [5, 1],
    ] as const) {
      const timestamp = String(now - hours * HOUR_MS)
      const messages = Array.from({ length: records }, () => ({ partition: 0, value: 'v', timestamp }))
      await producer.send({ topic: raw, messages })
    }
    await producer.disconnect()
    await deleteBefore(raw, 0, 2)
    expect((await run(['setup', '--start', 'latest'], settings)).exitCode).toBe(0)
  })

  const planOf = async (...args: string[]) => {
    const { exitCode, output } = await run(['replay', '--json', ...args], settings)
    expect(exitCode, output).toBe(0)
    return JSON.parse(output)
  }
  const stays = { partition: 1, current: 0, new: 0, again: 0, skipped: 0, notes: [] }
  const at = (offset: number, again: number, ...notes: string[]) => ({
    partition: 0,
    current: 15,
    new: offset,
    again,
    skipped: 0,
    notes,
  })
  const ago = (hours: number) => new Date(now - hours * HOUR_MS).toISOString()

  test.each([
    ['--to-earliest', [], at(2, 13)],
    ['--to-offset', ['7'], at(7, 8)],
    ['--to-offset', ['1'], at(2, 13, '1 is before the log begins, so to its beginning')],
    ['--to-datetime', [ago(2)], at(10, 5)],
    ['--to-datetime', [ago(3)], at(5, 10)],
    [
      '--to-datetime',
      ['2001-01-01T00:00:00Z'],
      at(2, 13, 'the whole log is of that time or later, so to its beginning'),
    ],
    ['--by-duration', ['PT4H'], at(5, 10)],
    ['--by-duration', ['PT1M'], at(15, 0, 'nothing in the log is of that time or later, so to its end')],
  ])('%s %s', async (option, values, expected) => {
    const before = await placeOf(group, raw)
    const { partitions, ...rest } = await planOf(option, ...values, '--partitions', '0')
    expect(rest).toEqual({ group, topic: raw, executed: false, members: [] })
    expect(partitions).toEqual([expected])
    expect(await placeOf(group, raw)).toEqual(before)
  })

  test('a person gets a table, and is told that nothing is changed yet', async () => {
    const { exitCode, output } = await run(['replay', '--to-earliest'], settings)
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/│ 0 +│ 15 +│ 2 +│ 13 +│ 0 +│/)
    expect(output).toMatch(/│ 1 +│ 0 +│ 0 +│ 0 +│ 0 +│ stays/)
    expect(output).toContain('Nothing is changed yet: 13 records done again, 0 skipped. --execute does it.\n')
  })

  test('what names nothing that is there is wrong usage', async () => {
    const partition = await run(['replay', '--to-earliest', '--partitions', '7'], settings)
    expect(partition).toMatchObject({ exitCode: 2, output: expect.stringContaining('has partitions 0 to 1') })
    const topic = await run(['replay', '--to-earliest'], { ...settings, RAW_TOPIC: 'segmnt.raw' })
    expect(topic).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('The topic segmnt.raw does not exist, or'),
    })
    const nobody = await run(['replay', '--to-earliest'], { ...settings, CONSUMER_GROUP: 'nobody' })
    expect(nobody).toMatchObject({ exitCode: 2, output: expect.stringContaining('check CONSUMER_GROUP') })
  })

  test('--execute moves the offsets, and remembers where the group stood', async () => {
    const { exitCode, output } = await run(['replay', '--to-offset', '7', '--execute'], settings)
    expect(exitCode, output).toBe(0)
    expect(output).toContain('Moved, and read back: 8 records done again')
    expect(await placeOf(group, raw)).toEqual({ 0: [7, ledgerAt(7, { replayEnd: 15 })], 1: [0, ledgerAt(0)] })
    const { executed, partitions } = await planOf('--to-offset', '9', '--execute')
    expect({ executed, partitions }).toEqual({
      executed: true,
      partitions: [
        { ...at(9, 0), current: 7, skipped: 2 },
        { ...stays, notes: [expect.any(String)] },
      ],
    })
    expect(await placeOf(group, raw)).toMatchObject({ 0: [9, ledgerAt(9, { replayEnd: 15 })] })
  })
})

test('replayed records come out byte for byte, and the way back is shown until it is passed', async () => {
  const { settings, raw, output, group } = own()
  await run(['setup', '--start', 'earliest'], settings)
  await feed(kafka, raw, VALUES)
  const first = startProcess(settings)
  await untilAtEnd(group, raw)

  const refused = await run(['replay', '--to-earliest', '--execute'], settings)
  expect(refused.exitCode).toBe(1)
  expect(refused.output).toMatch(/is in use by segment-to-edx \(127\.0\.0\.1\): stop the processors first/)
  const shown = await run(['replay', '--to-earliest'], settings)
  expect(shown).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining('stop the processors first.\n'),
  })
  await stop(first)

  const before = await placeOf(group, raw)
  const moved = await run(['replay', '--to-earliest', '--execute'], settings)
  expect(moved.exitCode, moved.output).toBe(0)

  // While the database is down nothing is done, and all of the replay is to come.
  const { hostname, port } = new URL(inject('stack').databaseUrl)
  const database = await outageBefore({ host: hostname, port: Number(port) })
  await database.refuse()
  const DATABASE_URL = inject('stack').databaseUrl.replace(`:${port}/`, `:${database.port}/`)
  const second = startProcess({ ...settings, DATABASE_URL })
  const [, url] = await second.until(/"url":"(http:[^"]+)"/)
  const remaining = async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const lines = text.match(/^segedx_replay_records_remaining\{.*\} \d+$/gm) ?? []
    return lines.map(line => Number(line.split(' ').at(-1)))
  }
  const all = [0, 1, 2, 3].map(p => VALUES.filter((_, i) => i % 4 === p).length)
  await expect.poll(remaining).toEqual(all)
  await database.heal()
  await untilAtEnd(group, raw)
  await expect.poll(remaining).toEqual([0, 0, 0, 0])
  // Base 0, and every record counted once: as after the first time.
  expect(await placeOf(group, raw)).toEqual(before)
  await stop(second)
  await database.close()

  const bySource = new Map<string, unknown[]>()
  for (const { partition, key, value, timestamp, headers } of await readTopic(kafka, output)) {
    const place = `${headers['source-partition']}:${headers['source-offset']}`
    const record = { partition, key, value, timestamp, headers }
    bySource.set(place, [...(bySource.get(place) ?? []), record])
  }
  expect(bySource.size).toBeGreaterThan(100)
  for (const [place, records] of bySource) {
    expect(records, place).toHaveLength(2)
    expect(records[1], place).toEqual(records[0])
  }
})

test('a process that was paused and wakes after the replay cannot undo it', async () => {
  const { settings, raw, group } = own()
  await run(['setup', '--start', 'earliest'], settings)
  const { hostname, port } = new URL(inject('stack').databaseUrl)
  const database = await outageBefore({ host: hostname, port: Number(port) })
  const DATABASE_URL = inject('stack').databaseUrl.replace(`:${port}/`, `:${database.port}/`)
  const zombie = startProcess({
    ...settings,
    DATABASE_URL,
    USERS_CACHE_SIZE: '0',
    DATABASE_TIMEOUT_MS: '1000',
  })
  await feed(kafka, raw, VALUES)
  await untilAtEnd(group, raw)

  // It has records in hand, fetched under a membership that ends while it sleeps.
  await database.refuse()
  await feed(kafka, raw, VALUES)
  await zombie.until(/users_unavailable/)
  zombie.child.kill('SIGSTOP')
  await database.heal()
  await expect
    .poll(async () => (await run(['replay', '--to-offset', '10', '--execute'], settings)).exitCode)
    .toBe(0)
  expect(await offsetsOf(group, raw)).toEqual([10, 10, 10, 10])

  zombie.child.kill('SIGCONT')
  await untilAtEnd(group, raw)
  // Had it committed what it had in hand, the totals would still begin at 0.
  const place = await placeOf(group, raw)
  for (const [offset, metadata] of Object.values(place)) {
    const { base, emitted, rejected, ignored } = JSON.parse(metadata as string)
    expect({ base, sum: emitted + rejected + ignored }).toEqual({ base: 10, sum: Number(offset) - 10 })
  }
  await stop(zombie)
  await database.close()
})
