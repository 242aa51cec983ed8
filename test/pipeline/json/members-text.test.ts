import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Json, objectText } from '#src/pipeline/json/json.ts'
import { membersBut } from '#src/pipeline/json/members-text.ts'

/** With white space, escapes and repeated keys, as senders may have them. */
const spelled = fc
  .tuple(
    fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 5 }), fc.jsonValue({ maxDepth: 2 })), {
      maxLength: 8,
    }),
    fc.constantFrom(',', ', ', ' ,\n'),
    fc.constantFrom(':', ' : '),
    fc.boolean(),
  )
  .map(([members, comma, colon, escaped]) => {
    const key = (name: string) =>
      escaped && /^[a-z]/.test(name)
        ? `"\\u00${name.charCodeAt(0).toString(16)}${JSON.stringify(name).slice(2)}`
        : JSON.stringify(name)
    return `{${members.map(([name, value]) => `${key(name)}${colon}${JSON.stringify(value)}`).join(comma)}}`
  })

test('is what the members say, whichever of them are left out', () => {
  fc.assert(
    fc.property(spelled, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (source, taken) => {
      const object = Json.parse(Buffer.from(source)) as Json
      const all = [...object.members()]
      const members = all.filter((_, i) => taken[i])
      const text = membersBut(object, new Set(all.filter((_, i) => !taken[i]).map(([key]) => key)))
      const expected = members.length === 0 ? undefined : objectText(members)
      expect(text?.toString()).toBe(expected)
      if (text === undefined || typeof text === 'string') return
      const target = Buffer.alloc(text.byteLength + 2, '.')
      text.copyTo(target, 1)
      expect(target.toString()).toBe(`.${expected}.`)
    }),
    { numRuns: 2000 },
  )
})

test('is not copied where the sender writes as JSON.stringify does', () => {
  const object = Json.parse(Buffer.from('{"a":1,"b":{"c":[2]},"d":"e"}')) as Json
  expect(typeof membersBut(object, new Set(['b']))).toBe('object')
})
