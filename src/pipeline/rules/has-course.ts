import { parseCourseKey } from '../edx/course-key.ts'
import type { Rule } from './rule.ts'

/** `course_id`, where it is truthy, is a string. One that is no course key is kept, and gives no organisation. */
export const hasCourse: Rule = draft => {
  const courseId = draft.context.get('course_id')
  if (!courseId?.isTruthy) return null
  if (!courseId.isString) return 'course_id_invalid'
  const key = parseCourseKey(courseId.string())
  if (key) draft.orgId = key.org
  else draft.courseIdUnparsed = true
  return null
}
