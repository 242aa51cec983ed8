import { describe, expect, test } from 'vitest'
import { isInTime, rangeOf, spansIn } from '#src/commands/range.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const SPANS = new Map([
  [0, { from: 10, to: 50 }],
  [1, { from: 0, to: 5 }],
])
const NONE = { since: undefined, until: undefined, partitions: undefined, offsets: undefined }
const range = (options: Partial<Record<keyof typeof NONE, string>>) => rangeOf({ ...NONE, ...options }, NOW)

describe('times', () => {
  test.each([
    ['2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z'],
    ['2026-11-01T02:00+02:00', '2026-11-01T00:00:00Z'],
    ['2026-11-01', '2026-11-01T00:00:00Z'],
    ['PT6H', '2026-11-24T06:00:00Z'],
    ['P1DT30M', '2026-11-23T11:30:00Z'],
    ['P2W', '2026-11-10T12:00:00Z'],
  ])('%s', (text, expected) => {
    expect(range({ since: text }).since).toBe(Date.parse(expected))
  })

  test.each(['yesterday', '2026-11-01T00:00:00', '2026-13-01', 'P', 'PT', 'P1M', '1700000000'])(
    '%s is none, and the option is named',
    text => {
      expect(() => range({ until: text })).toThrow(`--until is "${text}": expected a time, such as`)
    },
  )

  test('each record is asked, from one up to the other', () => {
    const asked = range({ since: '2026-11-01', until: '2026-11-02' })
    const [since, until] = [Date.parse('2026-11-01'), Date.parse('2026-11-02')]
    expect([since - 1, since, until - 1, until].map(time => isInTime(asked, time))).toEqual([
      ...[false, true, true, false],
    ])
    expect(isInTime(range({}), 0)).toBe(true)
    expect(() => range({ since: '2026-11-02', until: '2026-11-02' })).toThrow('--until is not after --since')
  })
})

describe('offsets and partitions', () => {
  test.each([
    ['20-29', 20, 30],
    ['20-', 20, 50],
    ['-29', 10, 30],
    ['-', 10, 50],
    ['7-7', 10, 8],
  ])('%s', (offsets, from, to) => {
    expect(spansIn(range({ offsets, partitions: '0' }), SPANS)).toEqual(new Map([[0, { from, to }]]))
  })

  test.each(['5', '9-3', 'a-b', '1-2-3'])('%s are no offsets', offsets => {
    expect(() => range({ offsets })).toThrow('--offsets is')
  })

  test('a partition that is not there is named', () => {
    expect([...spansIn(range({ partitions: '1,0' }), SPANS).keys()]).toEqual([0, 1])
    expect(() => spansIn(range({ partitions: '0,7' }), SPANS)).toThrow('names 7, and the topic has 0 to 1')
    expect(() => range({ partitions: '0;1' })).toThrow('--partitions is "0;1"')
  })
})
