import { DECIMAL_DIGITS, LATER_LETTERS } from './python-unicode.ts'

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

/** Python's `\w` is a letter, anything numeric or the underscore; these patterns find what is none of them. */
const without = (others: string) => new RegExp(`[^\\p{L}\\p{N}_${others}]|[${LATER_LETTERS}]`, 'u')
const NOT_IN_NAME = without('~.:\\-')
const NOT_IN_BLOCK = without('~.:%\\-')
const NOT_IN_OLD_NAME = without('.%\\-')
const NOT_A_NUMBER = new RegExp(`[^${DECIMAL_DIGITS}]`, 'u')

const isName = (text: string) => text !== '' && !NOT_IN_NAME.test(text)

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

interface Namespace {
  readonly parts: readonly MarkedPart[]
  /** How many names make a key that has no version. */
  readonly names: number
  readonly required?: Mark
}

const NAMESPACES: ReadonlyMap<string, Namespace> = new Map([
  ['course-v1', { parts: COURSE, names: 3 }],
  ['slashes', { parts: COURSE, names: 3 }],
  ['library-v1', { parts: COURSE, names: 2 }],
  ['ccx-v1', { parts: CCX, names: 3, required: 'ccx' }],
])

/** What `CourseKey.from_string(text)` gives; null where it raises InvalidKeyError. */
export function parseCourseKey(text: string): CourseKey | null {
  const colon = text.indexOf(':')
  const namespace = colon < 0 ? undefined : NAMESPACES.get(text.slice(0, colon))
  return (namespace && parseParts(text.slice(colon + 1), namespace)) ?? parseOldForm(text)
}

function parseParts(text: string, { parts, names, required }: Namespace): CourseKey | null {
  // No key has more than three names and one of each mark.
  const segments = text.split('+', 3 + parts.length + 1)
  const firstMark = segments.findIndex(segment => segment.includes('@'))
  const named = firstMark < 0 ? segments : segments.slice(0, firstMark)
  if (named.length === 1 || named.length > 3 || !named.every(isName)) return null
  const marks = readMarks(segments.slice(named.length), parts)
  if (!marks || (required && !marks.has(required))) return null
  if (named.length < names && !marks.has('version')) return null
  return { org: named[0] ?? null }
}

/** The marks of the segments; null where one is unknown, out of order or has a value that it does not accept. */
function readMarks(segments: readonly string[], parts: readonly MarkedPart[]): Set<Mark> | null {
  const marks = new Set<Mark>()
  let next = 0
  for (const segment of segments) {
    const at = segment.indexOf('@')
    const spelled = segment.slice(0, Math.max(at, 0))
    const index = parts.findIndex(part => part.spelling.test(spelled))
    const part = parts[index]
    if (!part || index < next || !part.accepts(segment.slice(at + 1))) return null
    marks.add(part.mark)
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
