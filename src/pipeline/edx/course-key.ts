import { isName, NOT_A_NUMBER, NOT_IN_BLOCK, NOT_IN_OLD_NAME } from './key-characters.ts'

/*
 * Course keys as edx-opaque-keys 4.0 with edx-ccx-keys 2.0 reads them. A key is `namespace:rest`, and the rest
 * is joined by plus signs: first names (organisation, course and often a run), then marked parts
 * (`branch@draft`) in a fixed order. Of the namespaces only those below are course keys. Any other text may
 * still be a key of the old form, `org/course/run`. No pattern here backtracks: a text may be megabytes long.
 */

/** What a key says of its organisation: null where it names a version only. */
export interface CourseKey {
  readonly org: string | null
}

type Mark = 'branch' | 'version' | 'ccx' | 'type' | 'block'

interface MarkedPart {
  readonly mark: Mark
  readonly spelling: RegExp
  readonly accepts: (value: string) => boolean
}

/** A version is the id of a MongoDB document. */
const isLowerCaseId = (text: string) => /^[a-f0-9]{24}$/.test(text)

const COURSE: readonly MarkedPart[] = [
  { mark: 'branch', spelling: /^branch$/, accepts: isName },
  { mark: 'version', spelling: /^version$/, accepts: isLowerCaseId },
  { mark: 'type', spelling: /^type$/, accepts: isName },
  { mark: 'block', spelling: /^block$/, accepts: text => text !== '' && !NOT_IN_BLOCK.test(text) },
]

/** Here letter case is ignored as Python ignores it, which takes some letters beyond ASCII for s, i and k. */
const CCX: readonly MarkedPart[] = [
  { mark: 'branch', spelling: /^branch$/i, accepts: isName },
  {
    mark: 'version',
    spelling: /^ver[s\u017f][i\u0130\u0131]on$/i,
    accepts: text => /^[a-f0-9]{24}$/i.test(text),
  },
  { mark: 'ccx', spelling: /^ccx$/i, accepts: text => text !== '' && !NOT_A_NUMBER.test(text) },
  { mark: 'type', spelling: /^type$/i, accepts: isName },
  { mark: 'block', spelling: /^bloc[k\u212a]$/i, accepts: isName },
]

/** How the rest of a key is read. */
interface KeyForm {
  readonly parts: readonly MarkedPart[]
  /** How many names make a key that has no version. */
  readonly names: number
  readonly required?: Mark
}

export const COURSE_FORM: KeyForm = { parts: COURSE, names: 3 }
export const LIBRARY_FORM: KeyForm = { parts: COURSE, names: 2 }
export const CCX_FORM: KeyForm = { parts: CCX, names: 3, required: 'ccx' }

const NAMESPACES: ReadonlyMap<string, KeyForm> = new Map([
  ['course-v1', COURSE_FORM],
  ['slashes', COURSE_FORM],
  ['library-v1', LIBRARY_FORM],
  ['ccx-v1', CCX_FORM],
])

/** What `CourseKey.from_string(text)` gives; null where it raises InvalidKeyError. */
export function parseCourseKey(text: string): CourseKey | null {
  const colon = text.indexOf(':')
  const namespace = colon < 0 ? undefined : NAMESPACES.get(text.slice(0, colon))
  const parts = namespace && parseParts(text.slice(colon + 1), namespace)
  return parts ? { org: parts.org } : parseOldForm(text)
}

interface KeyParts extends CourseKey {
  readonly marks: ReadonlyMap<Mark, string>
}

/** What follows the namespace, in its parts. */
export function parseParts(text: string, { parts, names, required }: KeyForm): KeyParts | null {
  // No key has more than three names and one of each mark.
  const segments = text.split('+', 3 + parts.length + 1)
  const firstMark = segments.findIndex(segment => segment.includes('@'))
  const named = firstMark < 0 ? segments : segments.slice(0, firstMark)
  if (named.length === 1 || named.length > 3 || !named.every(isName)) return null
  const marks = readMarks(segments.slice(named.length), parts)
  if (!marks || (required && !marks.has(required))) return null
  if (named.length < names && !marks.has('version')) return null
  return { org: named[0] ?? null, marks }
}

/** The marks of the segments; null where one is unknown, out of order or has a value that it does not accept. */
function readMarks(segments: readonly string[], parts: readonly MarkedPart[]): Map<Mark, string> | null {
  const marks = new Map<Mark, string>()
  let next = 0
  for (const segment of segments) {
    const at = segment.indexOf('@')
    const spelled = segment.slice(0, Math.max(at, 0))
    const index = parts.findIndex(part => part.spelling.test(spelled))
    const part = parts[index]
    const value = segment.slice(at + 1)
    if (!part || index < next || !part.accepts(value)) return null
    marks.set(part.mark, value)
    next = index + 1
  }
  return marks
}

/** `org/course/run`; the run may be empty. */
function parseOldForm(text: string): CourseKey | null {
  const [org, course, run, ...more] = text.split('/', 4)
  if (!org || !course || run === undefined || more.length > 0) return null
  return [org, course, run].some(name => NOT_IN_OLD_NAME.test(name)) ? null : { org }
}
