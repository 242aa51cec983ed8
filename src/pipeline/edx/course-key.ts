/*
 * Course keys as edx-opaque-keys 4.0 and edx-ccx-keys 2.0 read them: `namespace:rest`, where the namespaces of
 * course keys are course-v1, slashes (an alias of it), library-v1 and ccx-v1; whatever is none of these may
 * still be a key of the old form `org/course/run`.
 */

/** Python's `\w` for text: letters, anything numeric, the underscore. */
const WORD = '\\p{L}\\p{N}_'
const ID = `[${WORD}\\-~.:]+`
const BLOCK_ID = `[${WORD}\\-~.:%]+`
/** A plus with something behind it, or the end. */
const SEPARATOR = '(?:\\+(?=[^\\n])|$)'

const COURSE = `(?:(?<org>${ID})\\+(?<course>${ID})(?:\\+(?<run>${ID}))?${SEPARATOR})??`
const BRANCH = `(?:branch@${ID}${SEPARATOR})?`
const BLOCK_TYPE = `(?:type@${ID}${SEPARATOR})?`

const COURSE_V1 = new RegExp(
  `^${COURSE}${BRANCH}(?:version@(?<version>[a-f0-9]+)${SEPARATOR})?${BLOCK_TYPE}(?:block@${BLOCK_ID})?$`,
  'u',
)
const CCX_V1 = new RegExp(
  `^${COURSE}${BRANCH}(?:version@(?<version>[A-F0-9]+)${SEPARATOR})?ccx@\\p{Nd}+${SEPARATOR}${BLOCK_TYPE}(?:block@${ID})?$`,
  'iu',
)
const OLD = new RegExp(`^(?<org>[${WORD}.%\\-]+)/[${WORD}.%\\-]+/[${WORD}.%\\-]*$`, 'u')

/** MongoDB's ObjectId, which a version has to be. */
const OBJECT_ID = /^[0-9a-f]{24}$/i

interface Namespace {
  readonly pattern: RegExp
  /** Whether the course of a key without a version needs a run. */
  readonly needsRun: boolean
}

const NAMESPACES: Readonly<Record<string, Namespace>> = {
  'course-v1': { pattern: COURSE_V1, needsRun: true },
  slashes: { pattern: COURSE_V1, needsRun: true },
  'library-v1': { pattern: COURSE_V1, needsRun: false },
  'ccx-v1': { pattern: CCX_V1, needsRun: true },
}

/** The organisation of a course key: null where a key names a version only. Null in all: not a course key. */
export function parseCourseKey(text: string): { org: string | null } | null {
  return parseNamespaced(text) ?? parseOld(text)
}

function parseNamespaced(text: string): { org: string | null } | null {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0))
  const namespace = Object.hasOwn(NAMESPACES, name) ? NAMESPACES[name] : undefined
  const parts = namespace?.pattern.exec(text.slice(colon + 1))?.groups
  if (!namespace || !parts) return null
  const { org = null, run, version } = parts
  if (version !== undefined) return OBJECT_ID.test(version) ? { org } : null
  return org !== null && (run !== undefined || !namespace.needsRun) ? { org } : null
}

function parseOld(text: string): { org: string } | null {
  const org = OLD.exec(text)?.groups?.['org']
  return org === undefined ? null : { org }
}
