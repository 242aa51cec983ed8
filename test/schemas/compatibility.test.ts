import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fitOf } from '#src/schemas/compatibility.ts'
import { TRACKING_EVENT_SCHEMA } from '#src/schemas/tracking-event.ts'

type Field = { name: string; type: unknown; default?: unknown; aliases?: string[] }

const record = (...fields: Field[]) => JSON.stringify({ type: 'record', name: 'edx.Event', fields })
const problemsOf = (schema: string, registered: string) =>
  fitOf(schema, [{ version: 4, id: 9, schema: registered }])[0]?.problems

const ID = { name: 'id', type: 'string' }
const NOTE = { name: 'note', type: ['null', 'string'], default: null }
const context = (...fields: Field[]) => ({
  name: 'context',
  type: { type: 'record', name: 'Context', fields },
})

test.each([
  ['the same', record(ID), record(ID)],
  ['a new field that may be null', record(ID, NOTE), record(ID)],
  ['a field with a default that is gone', record(ID), record(ID, NOTE)],
  ['the same deeper down', record(ID, context(ID, NOTE)), record(ID, context(ID))],
  ['fields in another order', record(NOTE, ID), record(ID, NOTE)],
  ['other words of documentation', record({ ...ID, doc: 'x' } as Field), record(ID)],
])('%s fits', (_, schema, registered) => {
  expect(problemsOf(schema, registered)).toEqual([])
})

describe('says what breaks, and at which field', () => {
  test.each([
    [
      'a new field without a default',
      record(ID, { name: 'n', type: 'int' }),
      record(ID),
      ['n: this schema needs it without a default, and version 4 lacks it'],
    ],
    [
      'a field without a default that is gone',
      record(ID),
      record(ID, { name: 'n', type: 'int' }),
      ['n: version 4 needs it without a default, and this schema lacks it'],
    ],
    [
      'a renamed field, in a record inside',
      record(ID, context({ name: 'b', type: 'int' })),
      record(ID, context({ name: 'a', type: 'int' })),
      [
        'context.b: this schema needs it without a default, and version 4 lacks it',
        'context.a: version 4 needs it without a default, and this schema lacks it',
      ],
    ],
    [
      'a type that is wider: only the new one reads the old',
      record({ name: 'n', type: 'long' }),
      record({ name: 'n', type: 'int' }),
      ['n: long of this schema cannot be read as int of version 4'],
    ],
    [
      'a field that may be null now',
      record({ name: 'n', type: ['null', 'int'], default: null }),
      record({ name: 'n', type: 'int' }),
      ['n: null or int of this schema cannot be read as int of version 4'],
    ],
    [
      'another type',
      record({ name: 'n', type: 'string' }),
      record({ name: 'n', type: { type: 'array', items: 'int' } }),
      [
        'n: array of version 4 cannot be read as string of this schema',
        'n: string of this schema cannot be read as array of version 4',
      ],
    ],
    [
      'one symbol more',
      record({ name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } }),
      record({ name: 'e', type: { type: 'enum', name: 'E', symbols: ['A'] } }),
      ['e: edx.E (A, B) of this schema cannot be read as edx.E (A) of version 4'],
    ],
    [
      'a record of another name',
      record(ID).replace('edx.Event', 'edx.Other'),
      record(ID),
      [
        'the record itself: edx.Event of version 4 cannot be read as edx.Other of this schema',
        'the record itself: edx.Other of this schema cannot be read as edx.Event of version 4',
      ],
    ],
  ])('%s', (_, schema, registered, problems) => {
    expect(problemsOf(schema, registered)).toEqual(problems)
  })
})

test('every version is looked at, not only the last', () => {
  const versions = [record({ name: 'id', type: 'int' }), record(ID), record(ID, NOTE)].map((schema, i) => ({
    version: i + 1,
    id: 10 + i,
    schema,
  }))
  expect(fitOf(record(ID), versions).map(({ version, problems }) => [version, problems.length])).toEqual([
    [1, 2],
    [2, 0],
    [3, 0],
  ])
})

test("the program's own schema fits itself, and grows by nullable fields only", () => {
  const grown = (field: Field) => {
    const schema = JSON.parse(TRACKING_EVENT_SCHEMA)
    return JSON.stringify({ ...schema, fields: [...schema.fields, field] })
  }
  expect(problemsOf(TRACKING_EVENT_SCHEMA, TRACKING_EVENT_SCHEMA)).toEqual([])
  expect(problemsOf(grown(NOTE), TRACKING_EVENT_SCHEMA)).toEqual([])
  expect(problemsOf(grown({ name: 'note', type: 'string' }), TRACKING_EVENT_SCHEMA)).toHaveLength(1)
})

test('the schema reads records of its first version, and the other way round', () => {
  const first = readFileSync(new URL('../golden/tracking-event-v1.avsc', import.meta.url), 'utf8')
  expect(problemsOf(TRACKING_EVENT_SCHEMA, first)).toEqual([])
})
