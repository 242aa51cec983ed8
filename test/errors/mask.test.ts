import { expect, test } from 'vitest'
import { layOut, maskKey } from '#src/errors/mask.ts'

const EVENT = Buffer.from(`{"action":"Track","userId":1234567,"messageId":"m-1","context":{"ip":"10.1.2.3",
  "traits":{"email":"alice@example.com"},"alice@example.com":true},"properties":{"event_type":{"free":"text"},
  "list":["Alice",12.50,null,[],{}]},"timestamp":"2014-08-27T16:33:39.215Z"}`)

test('what may be somebody’s is masked, and its kind and length are shown', () => {
  expect(layOut(EVENT, false)).toBe(`{
  "action": "Track",
  "userId": "‹number, 7 characters›",
  "messageId": "m-1",
  "context": {
    "ip": "‹text, 8 characters›",
    "traits": {
      "email": "‹text, 17 characters›"
    },
    "‹key›": true
  },
  "properties": {
    "event_type": {
      "free": "‹text, 4 characters›"
    },
    "list": [
      "‹text, 5 characters›",
      "‹number, 5 characters›",
      null,
      [],
      {}
    ]
  },
  "timestamp": "2014-08-27T16:33:39.215Z"
}`)
})

test('revealed, it is the very event, numbers as they were spelled', () => {
  const text = layOut(EVENT, true) ?? ''
  expect(JSON.parse(text)).toEqual(JSON.parse(EVENT.toString()))
  expect(text).toContain('12.50')
})

test('what is no JSON is not laid out, and the deepest is', () => {
  expect(layOut(Buffer.from('{"a":'), true)).toBeNull()
  const deep = '['.repeat(500) + ']'.repeat(500)
  expect(JSON.parse(layOut(Buffer.from(deep), true) ?? '')).toEqual(JSON.parse(deep))
  expect(layOut(Buffer.from(deep), false)).toContain('‹list, 900 characters›')
})

test('keys are masked', () => {
  const key = Buffer.from('1234567')
  expect([maskKey(key, false), maskKey(key, true), maskKey(null, true)]).toEqual([
    '‹7 bytes›',
    '1234567',
    null,
  ])
})
