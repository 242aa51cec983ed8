import { afterAll, expect, test } from 'vitest'
import { readTopic } from '../../dev/demo/topics.ts'
import { cluster, own } from '../support/cluster.ts'
import { feed } from '../support/feed.ts'
import { run, type Started, start } from '../support/product.ts'

/* The steps of docs/replay.md for changed settings: a second group beside the first, and the readers' switch. */

const { kafka, admin, placeOf } = cluster()
const started: Started[] = []
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL')
})

/** Every fourth comes from a server, and every fifth is of a user who does not exist. */
const event = (n: number) =>
  Buffer.from(
    JSON.stringify({
      ...{ messageId: `m-${n}`, userId: n % 5 === 0 ? 5_555_555 : 10, action: 'Track' },
      properties: { event_type: 'e', event_source: n % 4 === 0 ? 'server' : 'mobile', event: {} },
      ...{ timestamp: '2014-08-27T16:33:39.215Z', receivedAt: '2014-08-27T16:33:39.1Z' },
    }),
  )
const events = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => event(from + i))
const wanted = (from: number, to: number, server: boolean) =>
  Array.from({ length: to - from }, (_, i) => from + i)
    .filter(n => n % 5 !== 0 && (server || n % 4 !== 0))
    .map(n => `m-${n}`)
    .sort()

test('two groups side by side, and the switch from the one to the other', async () => {
  const { settings, raw, output, errors, group } = own()
  const second: Record<string, string> = {
    ...settings,
    CONSUMER_GROUP: `${group}-2`,
    OUTPUT_TOPIC: `${output}.2`,
    ERROR_TOPIC: `${errors}.2`,
    TRACKING_SEGMENTIO_ALLOWED_CHANNELS: 'mobile,server',
  }
  const startProcess = (of: Record<string, string>) => {
    const processor = start(['process'], of)
    started.push(processor)
    return processor
  }
  const stop = async (processor: Started) => {
    processor.child.kill('SIGTERM')
    expect(await processor.ended(), processor.output()).toBe(0)
  }
  const caughtUp = async (name: string) => {
    const ends = await admin.fetchTopicOffsets(raw)
    await expect
      .poll(async () => {
        const place = await placeOf(name, raw)
        return ends.every(({ partition, high }) => place[partition]?.[0] === Number(high))
      })
      .toBe(true)
  }
  const idsOn = async (topic: string) => {
    const records = await readTopic(kafka, topic)
    return records.map(({ headers }) => String(headers['ce_id'])).sort()
  }

  await run(['setup', '--start', 'earliest'], settings)
  await feed(kafka, raw, events(0, 100))
  const first = startProcess(settings)
  await caughtUp(group)

  // Step 1: topics of its own, or it does not start.
  const careless = await run(['process'], { ...second, ERROR_TOPIC: errors, OUTPUT_TOPIC: output })
  expect(careless.exitCode).toBe(2)
  expect(careless.output).toContain(`The error topic ${errors} is in use by the group ${group} (partition`)

  const steps = [
    ['setup', '--start', 'latest'],
    ['replay', '--to-earliest', '--execute'],
  ]
  for (const step of steps) expect(await run(step, second)).toMatchObject({ exitCode: 0 })
  const beside = startProcess(second)
  await feed(kafka, raw, events(100, 200))
  await Promise.all([caughtUp(group), caughtUp(`${group}-2`)])
  expect(await idsOn(output)).toEqual(wanted(0, 200, false))
  expect(await idsOn(`${output}.2`)).toEqual(wanted(0, 200, true))

  // The switch: readers take what the old topic holds, and then the new one without what they have had.
  await stop(first)
  await feed(kafka, raw, events(200, 300))
  await caughtUp(`${group}-2`)
  const had = new Set(await idsOn(output))
  const fresh = (await idsOn(`${output}.2`)).filter(id => !had.has(id))
  expect(fresh).toEqual(
    [...wanted(0, 200, true).filter(id => !had.has(id)), ...wanted(200, 300, true)].sort(),
  )

  // And back: the first group goes on where it stopped.
  await stop(beside)
  const again = startProcess(settings)
  await caughtUp(group)
  expect(await idsOn(output)).toEqual(wanted(0, 300, false))
  await stop(again)
})
