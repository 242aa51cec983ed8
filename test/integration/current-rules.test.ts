import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { createLog } from '#src/observe/log.ts'
import { trackingLogLine } from '#src/pipeline/tracking-log.ts'
import { readTopic } from '../../dev/demo/topics.ts'
import { SCHEMA_TYPE } from '../support/pipeline.ts'
import { ownSettings, run, type Started, start } from '../support/product.ts'
import { type SegmentRelay, startSegmentRelay } from '../support/segment-relay.ts'

const settings: Record<string, string> = {
  ...ownSettings(),
  RULES: 'current',
  TRACKING_SEGMENTIO_SOURCE_MAP: '@segment/analytics-node=mobile',
  SEGMENT_SIGNING_SECRET: 'a signing secret',
}
const started: Started[] = []
let relay: SegmentRelay
let analytics: Analytics
let processor: Started

beforeAll(async () => {
  const { exitCode, output } = await run(['setup', '--start', 'earliest'], settings)
  expect(output).toContain('registered')
  expect(exitCode).toBe(0)
  const bridge = start(['bridge'], settings)
  processor = start(['process'], settings)
  started.push(bridge, processor)
  const [, url] = await bridge.until(/is served at ([^"\s]+)/)
  await bridge.until(/"component":"kafka","ready":true/)
  relay = await startSegmentRelay(`${url}?key=anything`, 'a signing secret', 'today')
  analytics = new Analytics({ writeKey: 'w', host: relay.url, flushAt: 1 })
})

afterAll(async () => {
  await relay?.close()
  for (const { child } of started) child.kill('SIGTERM')
  for (const one of started) expect(await one.ended()).toBe(0)
})

const track = (messageId: string, userId: string) => ({
  ...{ messageId, userId, type: 'track', context: { library: { name: '@segment/analytics-node' } } },
  properties: { name: 'a.name', data: {} },
  timestamp: '2026-11-24T08:00:00Z',
})

/** Waits until the output topic has the event, and gives its line of the tracking log. */
async function lineOf(messageId: string): Promise<unknown> {
  const { brokers } = inject('stack')
  const kafka = createKafka({ brokers, clientId: 'test' }, createLog({ level: 'error', command: 'test' }))
  for (;;) {
    const records = await readTopic(kafka, settings['OUTPUT_TOPIC'] as string)
    const found = records.find(({ headers }) => headers['ce_id']?.toString() === messageId)
    if (found) return JSON.parse(trackingLogLine(SCHEMA_TYPE, found.value as Buffer))
    await sleep(200)
  }
}

describe("today's payload, through bridge and process under RULES=current", () => {
  test("Segment's own library: its event, with what Segment adds, ends as edX logs it", async () => {
    analytics.track({
      userId: '10',
      event: 'A learner pressed play',
      messageId: 'of-today',
      timestamp: '2026-11-24T08:00:00.123Z',
      context: { userAgent: 'edX/6.3', app: { version: '6.3.1' }, traits: { plan: 'verified' } },
      properties: {
        name: 'edx.video.played',
        data: { module_id: 'block-v1:edX+DemoX+2026+type@video+block@v1', current_time: 1.5 },
        context: {
          course_id: 'course-v1:edX+DemoX+2026',
          app_name: 'edx.mobileapp',
          open_in_browser_url: 'https://lms.example.com/courses/week/1',
        },
      },
    })
    const line = await lineOf('of-today')
    expect(relay.answers).toEqual([200])
    expect(line).toEqual({
      username: 'bob',
      event_type: 'play_video',
      name: 'edx.video.played',
      event_source: 'mobile',
      time: '2026-11-24T08:00:00.123000+00:00',
      context: {
        user_id: 10,
        course_id: 'course-v1:edX+DemoX+2026',
        org_id: 'edX',
        path: '/segmentio/event',
        received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        application: { name: 'edx.mobileapp', version: '6.3.1' },
        client: {
          app: { version: '6.3.1' },
          library: { name: '@segment/analytics-node', version: expect.any(String) },
        },
      },
      page: 'https://lms.example.com/courses/week',
      host: '127.0.0.1',
      agent: 'edX/6.3',
      ip: '',
      session: '',
      referer: '',
      accept_language: '',
      event: { id: 'v1', currentTime: 1.5 },
    })
  })

  test('events of 2014 are noticed, and so is what asks for a deletion', async () => {
    const { url } = relay
    const seedEvent = {
      type: 'track',
      action: 'Track',
      properties: { event_type: 'e', event_source: 'mobile' },
    }
    const batch = [seedEvent, { type: 'delete', userId: '10' }]
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ batch }) })
    expect(answer.status).toBe(200)
    await processor.until(/"event":"other_rules".*RULES=seed/)
    const [line] = await processor.until(/.*"event":"segment_delete".*/)
    expect(JSON.parse(line)).toMatchObject({ topic: settings['RAW_TOPIC'], offset: expect.any(Number) })
    expect(processor.output()).not.toContain('bob')
  })

  test('the log of edX is compared with the output topic, and a person is found in all topics', async () => {
    await fetch(relay.url, {
      method: 'POST',
      body: JSON.stringify({
        batch: [{ ...track('rejected', '10'), properties: {} }, track('of-another', '7')],
      }),
    })
    const lines = [await lineOf('of-today'), await lineOf('of-another')].map(line => JSON.stringify(line))
    const log = join(mkdtempSync(join(tmpdir(), 'cut-over-')), 'tracking.log')
    writeFileSync(log, `${lines.join('\n')}\n`)
    const equal = await run(['compare', log], settings)
    expect(equal).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('2 events are equal, 0 differ'),
    })
    writeFileSync(log, (lines[0] as string).replace('"currentTime":1.5', '"currentTime":2'))
    const { exitCode, output } = await run(['compare', '--json', log], settings)
    expect(exitCode).toBe(1)
    expect(JSON.parse(output)).toMatchObject({
      ...{ matched: 0, differ: 1, onlyThere: 0, onlyHere: 1 },
      differences: [{ field: 'event.currentTime', count: 1, examples: [{ there: 'tracking.log:1' }] }],
    })

    const found = await run(['find', '--json', ' 010 '], settings)
    expect(found.exitCode).toBe(0)
    const { found: places } = JSON.parse(found.output) as { found: { topic: string }[] }
    const count = (name: string) => places.filter(({ topic }) => topic === settings[name]).length
    // The event that is rejected, the tracking event, and the wish to delete, which is ignored.
    expect(['RAW_TOPIC', 'OUTPUT_TOPIC', 'ERROR_TOPIC'].map(count)).toEqual([3, 1, 1])
    expect((await run(['find', '8'], settings)).output).toContain('0 in')
  })
})
