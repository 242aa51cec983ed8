import { type Text, Utf8Slice } from '../shapes.ts'

const NAMESPACE = Buffer.from('course-v1:')
const PLUS = '+'.charCodeAt(0)
const NAMES = 3
/** What a name may consist of, as far as it is ASCII: one for each such character. */
const IS_IN_NAME = Uint8Array.from({ length: 128 }, (_, c) =>
  /[A-Za-z0-9_~.:-]/.test(String.fromCharCode(c)) ? 1 : 0,
)

/**
 * The organisation of a course key as nearly every event has it: `course-v1:`, and three names of ASCII with plus signs
 * between them. Undefined: it may be a key of another form, and `parseCourseKey` knows.
 */
export function orgOfCommonKey(text: Text): Utf8Slice | undefined {
  if (!(text instanceof Utf8Slice)) return undefined
  const { bytes, start, end } = text
  const first = start + NAMESPACE.length
  for (let i = 0; i < NAMESPACE.length; i++) if (bytes[start + i] !== NAMESPACE[i]) return undefined
  let orgEnd = 0
  let names = 1
  let nameStart = first
  for (let at = first; at < end; at++) {
    const c = bytes[at] as number
    if (c === PLUS) {
      if (at === nameStart || names === NAMES) return undefined
      if (names === 1) orgEnd = at
      names++
      nameStart = at + 1
    } else if (IS_IN_NAME[c] !== 1) return undefined
  }
  return names === NAMES && nameStart < end ? new Utf8Slice(bytes, first, orgEnd) : undefined
}
