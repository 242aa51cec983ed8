import { CCX_FORM, COURSE_FORM, LIBRARY_FORM, parseParts } from './course-key.ts'
import { htmlId, isBlockName, isName, isWord, NOT_IN_OLD_NAME } from './key-characters.ts'

/*
 * Keys of a block of a course, such as a video, as edx-opaque-keys 4.0 with edx-ccx-keys 2.0 reads them. Keys of
 * asides, which no event of a learner holds, are not read.
 */

/** Reads what follows the namespace; null where it is no such key. */
type ReadKey = (rest: string) => string | null

const NAMESPACES: ReadonlyMap<string, ReadKey> = new Map([
  ['block-v1', rest => nameOf(parseParts(rest, COURSE_FORM)?.marks)],
  ['ccx-block-v1', rest => nameOf(parseParts(rest, CCX_FORM)?.marks)],
  ['lib-block-v1', libraryBlock],
  ['location', location],
  ['lb', newLibraryBlock],
])

/** `UsageKey.from_string(text).html_id()`; null where the text is no usage key. */
export function usageKeyHtmlId(text: string): string | null {
  const colon = text.indexOf(':')
  const read = colon < 0 ? undefined : NAMESPACES.get(text.slice(0, colon))
  return read?.(text.slice(colon + 1)) ?? oldForm(text)
}

function nameOf(marks: ReadonlyMap<string, string> | undefined): string | null {
  const name = marks?.get('block')
  return name !== undefined && isName(name) ? name : null
}

function libraryBlock(rest: string): string | null {
  const marks = parseParts(rest, LIBRARY_FORM)?.marks
  return marks?.has('type') ? nameOf(marks) : null
}

/** `org+course+run+type+name`. */
function location(rest: string): string | null {
  const names = rest.split('+', 6)
  return names.length === 5 && names.every(isName) ? (names[4] as string) : null
}

/** `org:library:type:name`; its id is the whole key. */
function newLibraryBlock(rest: string): string | null {
  const [org = '', library = '', type = '', name = '', ...more] = rest.split(':', 5)
  const isPlain = (text: string) => /^[\w.-]+$/.test(text)
  return more.length === 0 && isPlain(org) && isWord(library) && isPlain(type) && isWord(name)
    ? `lb:${rest}`
    : null
}

/** `i4x://org/course/type/name@revision`, the revision often left out. */
function oldForm(text: string): string | null {
  if (!text.startsWith('i4x://')) return null
  const [org, course, type, last, ...more] = text.slice(6).split('/', 5)
  if (!org || !course || !type || !last || more.length > 0) return null
  const at = last.indexOf('@')
  const name = at < 0 ? last : last.slice(0, at)
  if (NOT_IN_OLD_NAME.test(org) || NOT_IN_OLD_NAME.test(course) || !isBlockName(name)) return null
  if (at >= 0 && !isBlockName(last.slice(at + 1))) return null
  return htmlId(['i4x', org, course, type, name].join('-'))
}
