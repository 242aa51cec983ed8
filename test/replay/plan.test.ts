import { expect, test } from 'vitest'
import { type Move, planReplay, type Standing, type Target } from '#src/replay/plan.ts'

const STANDING: Standing = { committed: 60, replayEnd: null, low: 10, high: 100, atTime: null }
const MOVE: Move = { partition: 0, from: 60, to: 10, again: 50, skipped: 0, notes: [], replayEnd: 60 }

const plan = (target: Target, standing: Partial<Standing> = {}) =>
  planReplay(target, new Map([[0, { ...STANDING, ...standing }]]))[0]

test('back to the beginning: everything before where the group stood is done again', () => {
  expect(plan({ kind: 'earliest' })).toEqual(MOVE)
})

test('forward to the end: records are skipped, and nothing is a repetition', () => {
  expect(plan({ kind: 'latest' })).toEqual({ ...MOVE, to: 100, again: 0, skipped: 40, replayEnd: null })
})

test('to where it stands: nothing happens', () => {
  expect(plan({ kind: 'offset', offset: 60 })).toEqual({ ...MOVE, to: 60, again: 0, replayEnd: null })
})

test.each<[string, Target, Partial<Standing>, number, string]>([
  [
    'an offset before',
    { kind: 'offset', offset: 3 },
    {},
    10,
    '3 is before the log begins, so to its beginning',
  ],
  [
    'an offset beyond',
    { kind: 'offset', offset: 101 },
    {},
    100,
    "101 is beyond the log's end, so to its end",
  ],
  [
    'a time before',
    { kind: 'time', timestampMs: 1 },
    { atTime: 10 },
    10,
    'the whole log is of that time or later, so to its beginning',
  ],
  [
    'a time beyond',
    { kind: 'time', timestampMs: 9 },
    { atTime: 100 },
    100,
    'nothing in the log is of that time or later, so to its end',
  ],
])('%s the log is clamped, and that is said', (_, target, standing, to, note) => {
  expect(plan(target, standing)).toMatchObject({ to, notes: [note] })
})

test('a time within the log is where its first record is', () => {
  expect(plan({ kind: 'time', timestampMs: 5 }, { atTime: 40 })).toEqual({
    ...MOVE,
    to: 40,
    again: 20,
  })
})

test('a group that retention has overtaken loses what is gone, and repeats nothing', () => {
  expect(plan({ kind: 'earliest' }, { committed: 4 })).toEqual({
    ...MOVE,
    from: 4,
    again: 0,
    notes: ['6 records were deleted before they were processed'],
    replayEnd: null,
  })
})

test('a group beyond the end of a topic that was made anew comes back into it', () => {
  expect(plan({ kind: 'earliest' }, { committed: 500 })).toEqual({
    ...MOVE,
    from: 500,
    again: 90,
    notes: ["the group stood at 500, beyond the log's end"],
    replayEnd: 100,
  })
})

test('a partition without an offset would begin at its low end', () => {
  expect(plan({ kind: 'offset', offset: 30 }, { committed: null })).toEqual({
    ...MOVE,
    from: null,
    to: 30,
    again: 0,
    skipped: 20,
    notes: ['the group had no offset here'],
    replayEnd: null,
  })
})

test('a replay during a replay ends where the first one would have', () => {
  expect(plan({ kind: 'offset', offset: 20 }, { replayEnd: 80 })).toMatchObject({ again: 40, replayEnd: 80 })
  expect(plan({ kind: 'latest' }, { replayEnd: 80 })).toMatchObject({ again: 0, replayEnd: null })
})

test('partitions come in order', () => {
  const standings = new Map([2, 0, 1].map(partition => [partition, STANDING]))
  expect(planReplay({ kind: 'earliest' }, standings).map(({ partition }) => partition)).toEqual([0, 1, 2])
})
