import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { KEY, post, TARGET, testBridge } from '../support/bridge.ts'

const EVENT = '{"userId":10,"action":"Track"}'
const SIGNING = { current: 'the signing secret', previous: 'the one before' }

const sign = (body: string, secret = SIGNING.current): Record<string, string> => ({
  'x-signature': createHmac('sha1', secret).update(body).digest('hex'),
})

describe('the method', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] as const)(
    '%s is 405',
    async method => {
      const { app } = testBridge()
      const answer = await app.inject({ method: method as 'GET', url: TARGET })
      expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST'])
    },
  )
})

describe('the path', () => {
  test.each<[string, number]>([
    ['/segmentio/event', 200],
    ['http://lms.example.com/segmentio/event', 200],
    ['/segmentio/event/', 404],
    ['/Segmentio/event', 404],
    ['//segmentio/event', 404],
    ['/%E0%A4%A', 404],
    ['/', 404],
    ['*', 404],
  ])('%s: %i', async (path, status) => {
    expect(
      (await post(testBridge(), EVENT, { url: `${path}?key=${encodeURIComponent(KEY)}` })).statusCode,
    ).toBe(status)
  })

  test('may hold what means something to a router', async () => {
    const bridge = testBridge({ webhookPath: '/:any/*' })
    expect((await post(bridge, EVENT, { url: '/a/b?key=a+secret+of+the+tests' })).statusCode).toBe(404)
    expect((await post(bridge, EVENT, { url: '/:any/*?key=a+secret+of+the+tests' })).statusCode).toBe(200)
  })
})

describe('the key', () => {
  const secret = { current: 'é + ?&=%', previous: 'old one' }
  const ask = async (query: string) => {
    const bridge = testBridge({ webhookSecret: secret })
    return (await post(bridge, EVENT, { url: `/segmentio/event${query}` })).statusCode
  }
  test.each<[string, number]>([
    [`?key=${encodeURIComponent(secret.current)}`, 200],
    ['?key=%C3%A9+%2b+%3F%26%3d%25', 200],
    ['?key=old+one', 200],
    ['?other=1&key=wrong&key=old%20one', 200],
    ['?key=old+one&key=wrong', 401],
    ['?key=old+one&key=', 401],
    ['?key=old+one&key', 401],
    ['?Key=old+one', 401],
    ['?key=old+one%20', 401],
    ['?key=e%CC%81+%2B+%3F%26%3D%25', 401],
    ['?key=undefined', 401],
    ['?key=', 401],
    ['?', 401],
    ['', 401],
  ])('%s: %i', async (query, status) => {
    expect(await ask(query)).toBe(status)
  })

  test('can be long', async () => {
    expect(await ask(`?key=${'x'.repeat(10_000)}`)).toBe(401)
  })

  test('a previous secret alone opens nothing', async () => {
    const bridge = testBridge({ webhookSecret: { current: undefined, previous: 'old' } })
    expect((await post(bridge, EVENT, { url: '/segmentio/event?key=old' })).statusCode).toBe(401)
  })
})

describe('the content type', () => {
  test.each<[string, number]>([
    ['application/json', 200],
    ['Application/JSON', 200],
    ['application/json; charset=utf-8', 200],
    ['application/json;charset', 200],
    ['application/json ;', 200],
    ['application/jsonx', 415],
    ['application/problem+json', 415],
    ['application/json, text/plain', 415],
    ['application', 415],
    ['/', 415],
    ['application/x-www-form-urlencoded', 415],
  ])('%s: %i', async (type, status) => {
    expect((await post(testBridge(), EVENT, { headers: { 'content-type': type } })).statusCode).toBe(status)
  })

  test.each<[string, number]>([
    ['identity', 200],
    ['Identity', 200],
    ['gzip', 415],
    ['identity, gzip', 415],
  ])('encoding %s: %i', async (encoding, status) => {
    expect((await post(testBridge(), EVENT, { headers: { 'content-encoding': encoding } })).statusCode).toBe(
      status,
    )
  })
})

describe('the signature', () => {
  const batch = `[ ${EVENT} ,{"userId":11}]`
  const ask = async (body: string, headers: Record<string, string>, signatureOfFirstElement = false) => {
    const bridge = testBridge({ signingSecret: SIGNING, signatureOfFirstElement })
    return (await post(bridge, body, { headers })).statusCode
  }
  test('of the body is accepted, by the secret or the one before, in either case', async () => {
    expect(await ask(EVENT, sign(EVENT))).toBe(200)
    expect(await ask(EVENT, sign(EVENT, SIGNING.previous))).toBe(200)
    expect(await ask(EVENT, { 'x-signature': sign(EVENT)['x-signature']?.toUpperCase() ?? '' })).toBe(200)
    expect(await ask(batch, sign(batch))).toBe(200)
  })
  test('of anything else is not', async () => {
    expect(await ask(EVENT, sign(`${EVENT} `))).toBe(401)
    expect(await ask(EVENT, sign(EVENT, KEY))).toBe(401)
    expect(await ask(EVENT, { 'x-signature': '' })).toBe(401)
    expect(
      await ask(EVENT, { 'x-signature': `${sign(EVENT)['x-signature']}, ${sign(EVENT)['x-signature']}` }),
    ).toBe(401)
    expect(await ask(batch, sign(EVENT))).toBe(401)
  })
  test('of the first element is accepted where that is set, with exactly its bytes', async () => {
    expect(await ask(batch, sign(EVENT), true)).toBe(200)
    expect(await ask(batch, sign(batch), true)).toBe(200)
    expect(await ask(batch, sign(` ${EVENT} `), true)).toBe(401)
    expect(await ask(batch, sign('{"userId":11}'), true)).toBe(401)
    expect(await ask('[]', sign(''), true)).toBe(401)
    expect(await ask(EVENT, sign('10'), true)).toBe(401)
  })
})
