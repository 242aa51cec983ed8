import { execFile, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { WIRE_HEADER_BYTES } from '#src/pipeline/encode.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { readTopic } from '../../dev/demo/topics.ts'
import { type ReadRecord, readWithJava } from '../../dev/stack/java-reader.ts'
import { SCHEMA_TYPE } from '../support/pipeline.ts'
import { ownSettings, run, type Started, start } from '../support/product.ts'
import { startSegmentRelay } from '../support/segment-relay.ts'

const SIGNING_SECRET = 'a signing secret'
const settings = ownSettings()
const started: Started[] = []
let webhook = ''
let bridgeLog = () => ''

beforeAll(async () => {
  settings['SEGMENT_SIGNING_SECRET'] = SIGNING_SECRET
  expect(await run(['setup', '--start', 'earliest'], settings)).toEqual({
    exitCode: 0,
    output: expect.any(String),
  })
  const bridge = start(['bridge'], settings)
  started.push(bridge, start(['process'], settings))
  bridgeLog = bridge.output
  const [, url] = await bridge.until(/is served at ([^"\s]+)/)
  await bridge.until(/"component":"kafka","ready":true/)
  webhook = `${url}?key=anything`
})

afterAll(async () => {
  for (const { child } of started) child.kill('SIGTERM')
  for (const one of started) expect(await one.ended()).toBe(0)
})

const kafka = () =>
  createKafka(
    { brokers: inject('stack').brokers, clientId: 'test' },
    createLog({ level: 'error', command: 'test' }),
  )
const read = (name: 'RAW_TOPIC' | 'OUTPUT_TOPIC' | 'ERROR_TOPIC') =>
  readTopic(kafka(), settings[name] as string)

/** Waits until a record of the topic is found. */
async function find(name: 'OUTPUT_TOPIC' | 'ERROR_TOPIC', messageId: string) {
  for (;;) {
    const found = (await read(name)).find(({ value, headers }) =>
      name === 'OUTPUT_TOPIC' ? headers['ce_id']?.toString() === messageId : value?.includes(messageId),
    )
    if (found) return found
    await sleep(200)
  }
}

type Place = { readonly partition: number; readonly offset: number }
/** An output value's fields as plain JSON; their times are within what a double holds exactly. */
const fieldsOf = (value: Buffer) =>
  JSON.parse(
    JSON.stringify(SCHEMA_TYPE.fromBuffer(value.subarray(WIRE_HEADER_BYTES)), (_, field) =>
      typeof field === 'bigint' ? Number(field) : field,
    ),
  )

function event(messageId: string, change: Record<string, unknown> = {}): string {
  const properties = { event_type: 'e', event_source: 'mobile', event: {} }
  const [timestamp, receivedAt] = ['2014-08-27T16:33:39.215Z', '2014-08-27T16:33:39.1Z']
  return JSON.stringify({
    messageId,
    userId: 10,
    action: 'Track',
    properties,
    timestamp,
    receivedAt,
    ...change,
  })
}

async function post(body: string, headers: Record<string, string> = {}): Promise<number> {
  const signature = createHmac('sha1', SIGNING_SECRET).update(body).digest('hex')
  const response = await fetch(webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-signature': signature, ...headers },
    body,
  })
  await response.arrayBuffer()
  return response.status
}

describe('the main job, through bridge and process', () => {
  test("Segment's own library: its event ends as a tracking event", async () => {
    const relay = await startSegmentRelay(webhook, SIGNING_SECRET)
    const analytics = new Analytics({ writeKey: 'w', host: relay.url, flushAt: 1 })
    analytics.track({
      userId: '10',
      event: 'A learner pressed play',
      messageId: 'from-the-library',
      context: { userAgent: 'edX/6.3' },
      properties: {
        event_type: 'play_video',
        event_source: 'mobile',
        name: 'edx.video.played',
        event: { currentTime: 1.5 },
        context: { course_id: 'course-v1:edX+DemoX+2026' },
      },
    })
    await analytics.closeAndFlush()
    await relay.close()
    expect(relay.answers).toEqual([200])
    const { key, value } = await find('OUTPUT_TOPIC', 'from-the-library')
    expect(key?.toString()).toBe('10')
    expect(JSON.parse(trackingLogLine(SCHEMA_TYPE, value as Buffer))).toMatchObject({
      username: 'bob',
      event_type: 'play_video',
      agent: 'edX/6.3',
      event: { currentTime: 1.5 },
      context: { user_id: 10, org_id: 'edX', path: '/segmentio/event' },
    })
  })

  test.each([
    ['an id above 32 bits', { userId: 2_147_483_648 }, 'user_unknown'],
    ['an id of 41 digits', { userId: '1'.padEnd(41, '0') }, 'user_unknown'],
    ['properties that are a list', { properties: [] }, 'properties_invalid'],
  ])('%s is rejected for its own reason', async (name, change, reason) => {
    const messageId = name.replaceAll(' ', '-')
    expect(await post(event(messageId, change))).toBe(200)
    const { headers } = await find('ERROR_TOPIC', messageId)
    expect(headers['__streams.errors.exception']?.toString()).toBe(reason)
  })

  test('a body that is not JSON is answered 400 and kept', async () => {
    expect(await post('{"broken-off": ')).toBe(400)
    const { value, headers } = await find('ERROR_TOPIC', 'broken-off')
    expect(value?.toString()).toBe('{"broken-off": ')
    expect(headers['segedx.error.reason']?.toString()).toBe('malformed_json')
  })

  test('an array of 4000 events, an event of 7 MB, an empty array, and a signature that is not right', async () => {
    const events = Array.from({ length: 4_000 }, (_, i) => event(`of-many-${i}`))
    expect(await post(`[${events.join(' , ')}]`)).toBe(200)
    const large = { event_type: 'e', event_source: 'mobile', event: { s: 'x'.repeat(7_000_000) } }
    expect(await post(event('large', { properties: large }))).toBe(200)
    expect(await post('[]')).toBe(200)
    expect(await post(event('forged'), { 'x-signature': '0'.repeat(40) })).toBe(401)

    expect((await find('OUTPUT_TOPIC', 'large')).value?.length).toBeGreaterThan(7_000_000)
    await find('OUTPUT_TOPIC', 'of-many-3999')
    const raw = await read('RAW_TOPIC')
    const stored = raw
      .filter(({ value }) => value?.includes('"of-many-'))
      .map(({ value }) => value?.toString())
    expect(stored.toSorted()).toEqual(events.toSorted())
    expect(raw.some(({ value }) => value?.includes('forged'))).toBe(false)
  })

  test('kcat, which is not kafkajs, reads the same', async ({ skip }) => {
    if (spawnSync('kcat', ['-V']).error) skip('kcat is missing: apt-get install kcat')
    const [broker, output] = [inject('stack').brokers[0] as string, settings['OUTPUT_TOPIC'] as string]
    const args = [
      '-C',
      '-e',
      '-q',
      '-b',
      broker,
      '-t',
      output,
      '-o',
      'beginning',
      '-X',
      'isolation.level=read_committed',
      '-f',
      '%h\n',
    ]
    const { stdout } = await promisify(execFile)('kcat', args, { maxBuffer: 64 << 20 })
    const ids = stdout.match(/ce_id=[^,]+/g) ?? []
    const ours = (await read('OUTPUT_TOPIC')).map(({ headers }) => `ce_id=${headers['ce_id']}`)
    expect(ids.toSorted()).toEqual(ours.toSorted())
    expect(ids).toContain('ce_id=large')
  })

  test("Kafka's own client and Avro's own library, by the registry's schema, read the same", async () => {
    const theirs: ReadRecord[] = []
    await readWithJava({
      classPath: inject('stack').javaClassPath,
      brokers: inject('stack').brokers,
      topics: [settings['OUTPUT_TOPIC'] as string],
      registryUrl: inject('stack').registryUrl,
      onRecord: record => theirs.push(record),
    })
    const ours = (await read('OUTPUT_TOPIC')).map(({ partition, offset, value }) => ({
      partition,
      offset,
      event: fieldsOf(value as Buffer),
    }))
    const byPlace = (a: Place, b: Place) => a.partition - b.partition || a.offset - b.offset
    const decoded = theirs.map(({ partition, offset, event }) => ({ partition, offset, event }))
    expect(decoded.toSorted(byPlace)).toEqual(ours.toSorted(byPlace))
    expect(decoded.map(({ event }) => event?.['id'])).toContain('large')
  })

  test('no secret is in any log, metric or topic', async () => {
    const texts = [bridgeLog(), ...started.map(one => one.output())]
    for (const text of started.map(one => /"url":"(http:[^"]+)"/.exec(one.output())?.[1])) {
      texts.push(await (await fetch(`${text}/metrics`)).text())
    }
    for (const name of ['RAW_TOPIC', 'OUTPUT_TOPIC', 'ERROR_TOPIC'] as const) {
      for (const { key, value, headers } of await read(name)) {
        texts.push(`${key} ${value?.subarray(0, 100_000)} ${Object.entries(headers).join()}`)
      }
    }
    for (const text of texts) {
      expect(text.includes('key=anything')).toBe(false)
      expect(text.includes(SIGNING_SECRET)).toBe(false)
    }
  })
})
