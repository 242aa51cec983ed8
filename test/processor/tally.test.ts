import { expect, test } from 'vitest'
import { at, delivery, EVENT, fakeKafka, runProcessor, session } from '../support/fake-kafka.ts'

test("what only other rules would take, and Segment's wishes to delete, are counted and logged by coordinates", async () => {
  const kafka = fakeKafka({ 0: at(0) })
  const s = session(1, 0)
  kafka.state.session = s
  const running = runProcessor(kafka)
  const { processor, metric, lines } = running
  const current = '{"type":"track","userId":10,"properties":{"name":"n","data":{}}}'
  const deletion = '{"type":"delete","userId":"10"}'
  await processor.deliver(
    delivery(s, { partition: 0, offset: 0, values: [current, EVENT, deletion, current] }),
  )
  expect(await metric('records_of_other_rules_total')).toBe(2)
  expect(await metric('records_ignored_total{reason="segment_delete"}')).toBe(1)
  const place = (offset: number) => ({ topic: 'segment.raw', partition: 0, offset })
  expect(lines.filter(({ event }) => event !== 'session_changed')).toEqual([
    { event: 'other_rules', ...place(0), looksLike: 'current' },
    { event: 'segment_delete', ...place(2) },
    { event: 'other_rules', ...place(3), looksLike: 'current' },
  ])
  await running.stop()
})
