import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Json, objectText } from '#src/pipeline/json/json.ts'
import { membersText } from '#src/pipeline/json/members-text.ts'

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

test('is what the members say, whichever of them are taken', () => {
  fc.assert(
    fc.property(spelled, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (source, taken) => {
      const all = [...(Json.parse(Buffer.from(source)) as Json).members()]
      const members = all.filter((_, i) => taken[i])
      const text = membersText(members)
      expect(String(text)).toBe(objectText(members))
      if (typeof text === 'string') return
      const target = Buffer.alloc(text.byteLength + 2, '.')
      text.copyTo(target, 1)
      expect(target.toString()).toBe(`.${objectText(members)}.`)
    }),
    { numRuns: 500 },
  )
})

test('is not copied where the sender writes as JSON.stringify does', () => {
  const members = [...(Json.parse(Buffer.from('{"a":1,"b":{"c":[2]},"d":"e"}')) as Json).members()]
  expect(typeof membersText(members)).toBe('object')
})
