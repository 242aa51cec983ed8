import { describe, expect, test } from 'vitest'
import { post, RECEIVED_AT, testBridge } from '../support/bridge.ts'

const stored = async (body: Buffer | string) => {
  const bridge = testBridge()
  const answer = await post(bridge, body)
  return { status: answer.statusCode, events: bridge.rawLog.events }
}
const values = async (body: string) => (await stored(body)).events.map(event => event.value.toString())

describe('what is stored', () => {
  test('is the body exactly, with its key, its time and where it was posted to', async () => {
    const body = ' {"userId": " 010 ",\t"x":1.0, "y":"\\u00e9é"}\n'
    const { events } = await stored(body)
    expect(events).toEqual([
      {
        key: Buffer.from('10'),
        value: Buffer.from(body),
        timestamp: RECEIVED_AT,
        headers: { 'webhook-path': '/segmentio/event', 'webhook-host': 'lms.example.com' },
      },
    ])
  })

  test.each<[string, string[]]>([
    ['[{"a":1},{"b":[2,{"c":"]},["}]}]', ['{"a":1}', '{"b":[2,{"c":"]},["}]}']],
    [' [\n {"a": 1.0} ,\t{ "é":"\\ud800" }\r\n] ', ['{"a": 1.0}', '{ "é":"\\ud800" }']],
    ['[1,"two",null,[3],{"userId":4}]', ['1', '"two"', 'null', '[3]', '{"userId":4}']],
    ['[[]]', ['[]']],
    ['[{"a":1,"a":2}]', ['{"a":1,"a":2}']],
    ['[]', []],
    [' [ ] ', []],
    ['5', ['5']],
    ['"hello"', ['"hello"']],
    ['null', ['null']],
    ['{}', ['{}']],
  ])('of %j is each event with its own bytes', async (body, expected) => {
    expect((await stored(body)).status).toBe(200)
    expect(await values(body)).toEqual(expected)
  })

  test('of an array has the key of each event', async () => {
    const { events } = await stored(
      '[{"userId":10},{"anonymousId":"a"},{"messageId":"m"},{},[{"userId":10}]]',
    )
    expect(events.map(event => event.key?.toString() ?? null)).toEqual(['10', 'a', 'm', null, null])
  })

  test.each<[string, Buffer]>([
    ['an unfinished object', Buffer.from('{"userId": 10,')],
    ['white space', Buffer.from('   ')],
    ['an array with a comma too many', Buffer.from('[{"userId":10},]')],
    ['two documents', Buffer.from('{"userId":10}{"userId":10}')],
    ['a byte order mark', Buffer.from('\ufeff{"userId":10}')],
    ['UTF-16', Buffer.from('{"userId":10}', 'utf16le')],
    ['a byte that is not UTF-8', Buffer.from('{"userId":"\xff"}', 'latin1')],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['NaN', Buffer.from('{"x":NaN}')],
    ['nothing but a zero byte', Buffer.from([0])],
  ])('of %s is the body as a whole, without a key', async (_what, body) => {
    const { status, events } = await stored(body)
    expect(status).toBe(400)
    expect(events.map(({ key, value }) => ({ key, value }))).toEqual([{ key: null, value: body }])
  })

  test('is nothing of an array that could not be stored as a whole', async () => {
    const bridge = testBridge()
    const asked: number[] = []
    bridge.rawLog.append = async events => {
      asked.push(events.length)
      throw new Error('one of them is not acknowledged')
    }
    expect((await post(bridge, '[{"userId":1},{"userId":2}]')).statusCode).toBe(503)
    expect(asked).toEqual([2])
    expect(await bridge.metrics()).toContain('segedx_webhook_events_total 0\n')
  })
})

describe('the host', () => {
  test.each<[string, string | undefined]>([
    ['lms.example.com', 'lms.example.com'],
    ['lms.example.com:8088', 'lms.example.com'],
    ['LMS.Example.com.:', 'LMS.Example.com.'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:8088', '[::1]'],
    ['[::1]', '[::1]'],
    ['::1', undefined],
    [':80', undefined],
    ['a b', undefined],
    ['a/b', undefined],
    ['a:80:90', undefined],
    ['a'.repeat(254), undefined],
  ])('header %j gives %j', async (host, expected) => {
    const bridge = testBridge()
    await post(bridge, '{}', { headers: { host } })
    expect(bridge.rawLog.events[0]?.headers['webhook-host']).toBe(expected)
  })

  test('can be a setting instead', async () => {
    const bridge = testBridge({ webhookHost: 'edx.example.org' })
    await post(bridge, '{}', { headers: { host: 'internal:8088' } })
    expect(bridge.rawLog.events[0]?.headers['webhook-host']).toBe('edx.example.org')
  })
})
