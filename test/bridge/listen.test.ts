import { getDefaultResultOrder, setDefaultResultOrder } from 'node:dns'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TARGET, type TestBridge, testBridge } from '../support/bridge.ts'

let bridge: TestBridge
const usualOrder = getDefaultResultOrder()
beforeEach(() => {
  bridge = testBridge()
  // As on machines whose hosts file has ::1 first.
  setDefaultResultOrder('ipv6first')
})
afterEach(async () => {
  setDefaultResultOrder(usualOrder)
  await bridge.app.close()
})

test.each([
  ['localhost', '127.0.0.1'],
  ['localhost', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
])('a bridge on %s serves those who post to %s', async (host, called) => {
  const { port } = new URL(await bridge.app.listen({ host, port: 0 }))
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`http://${called}:${port}${TARGET}`, { method: 'POST', headers, body: '{}' })
  expect(answer.status).toBe(200)
})
