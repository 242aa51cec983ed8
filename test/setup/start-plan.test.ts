import { expect, test } from 'vitest'
import { planStart } from '#src/setup/start-plan.ts'

const BOUNDS = new Map([
  [0, { low: 5, high: 50 }],
  [1, { low: 0, high: 10 }],
])
const at = (offset: number) => ({ offset, metadata: '' })
const NONE = new Map([
  [0, null],
  [1, null],
])

test.each([
  ['earliest', { 0: 5, 1: 0 }],
  ['latest', { 0: 50, 1: 10 }],
] as const)('a group without offsets begins at the %s record', (start, offsets) => {
  const plan = planStart(NONE, BOUNDS, start)
  expect([plan.isNew, Object.fromEntries(plan.offsets)]).toEqual([true, offsets])
})

test('a group without offsets is new whether or not somebody says where it begins', () => {
  expect(planStart(NONE, BOUNDS, undefined).isNew).toBe(true)
})

test.each(['earliest', 'latest', undefined] as const)(
  'new partitions of a known group are read from their beginning, with --start %s',
  start => {
    const committed = new Map([
      [0, at(20)],
      [1, null],
    ])
    expect(planStart(committed, BOUNDS, start)).toEqual({ isNew: false, offsets: new Map([[1, 0]]) })
  },
)

test('a group with its offsets is left alone, also where an open transaction is about to change them', () => {
  const nothing = { isNew: false, offsets: new Map() }
  const settled = new Map([
    [0, at(20)],
    [1, at(10)],
  ])
  expect(planStart(settled, BOUNDS, 'latest')).toEqual(nothing)
  expect(planStart(new Map([[1, at(10)]]), BOUNDS, 'latest')).toEqual(nothing)
  expect(planStart(new Map(), BOUNDS, 'latest')).toEqual(nothing)
})
