import { orgOfCommonKey } from '../edx/common-course-key.ts'
import { type CourseKey, parseCourseKey } from '../edx/course-key.ts'
import type { Rule } from './rule.ts'

const MOST_KNOWN = 10_000
const LONGEST_KNOWN = 200
/** A site has few courses, and many events of each. */
const known = new Map<string, CourseKey | null>()

function courseKey(text: string): CourseKey | null {
  const before = known.get(text)
  if (before !== undefined) return before
  const key = parseCourseKey(text)
  if (known.size === MOST_KNOWN) known.clear()
  if (text.length <= LONGEST_KNOWN) known.set(text, key)
  return key
}

/** `course_id`, where it is truthy, is a string. One that is no course key is kept, and gives no organisation. */
export const hasCourse: Rule = draft => {
  const courseId = draft.context.get('course_id')
  if (!courseId?.isTruthy) return null
  if (!courseId.isString) return 'course_id_invalid'
  draft.orgId = orgOfCommonKey(courseId.chars())
  if (draft.orgId !== undefined) return null
  const key = courseKey(courseId.string())
  if (key) draft.orgId = key.org
  else draft.courseIdUnparsed = true
  return null
}
