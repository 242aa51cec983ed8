import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orgOfCommonKey } from '#src/pipeline/edx/common-course-key.ts'
import { parseCourseKey } from '#src/pipeline/edx/course-key.ts'
import { Utf8Slice } from '#src/pipeline/shapes.ts'

/** With other text before and behind it, as it stands in an event. */
function orgOf(text: string): string | undefined {
  const bytes = Buffer.from(`+a+${text}+b`)
  return orgOfCommonKey(new Utf8Slice(bytes, 3, bytes.length - 2))?.toString()
}

const name = fc.string({
  unit: fc.constantFrom(...'aZ0_~.:-', '@', '+', ' ', 'é', '٣', '%', '/'),
  maxLength: 6,
})
const likeKeys = fc
  .tuple(fc.constantFrom('course-v1:', 'course-v1', 'slashes:', ''), fc.array(name, { maxLength: 5 }))
  .map(([namespace, names]) => namespace + names.join('+'))

test('what it takes is a key of that organisation', () => {
  fc.assert(
    fc.property(likeKeys, text => {
      const org = orgOf(text)
      if (org !== undefined) expect(parseCourseKey(text)).toEqual({ org })
    }),
    { numRuns: 5_000 },
  )
})

const plain = fc.string({ unit: fc.constantFrom(...'aZ0_~.:-'), minLength: 1, maxLength: 8 })

test('it takes what nearly every event has', () => {
  fc.assert(
    fc.property(plain, plain, plain, (org, course, run) => {
      expect(orgOf(`course-v1:${org}+${course}+${run}`)).toBe(org)
    }),
  )
})
