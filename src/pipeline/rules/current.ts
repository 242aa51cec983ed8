import { parseDateutilTime } from '../edx/dateutil/parse.ts'
import { toCurrentEvent } from '../translate/current.ts'
import { comesFromKnownLibrary } from './comes-from-known-library.ts'
import { hasApplication } from './has-application.ts'
import { hasClientContext } from './has-client-context.ts'
import { hasCourse } from './has-course.ts'
import { hasData } from './has-data.ts'
import { hasName } from './has-name.ts'
import { hasObjectContext } from './has-object-context.ts'
import { hasPropertiesIfAny } from './has-properties-if-any.ts'
import { hasReceivedAt } from './has-received-at.ts'
import { hasTimestamp } from './has-timestamp.ts'
import { hasWantedName } from './has-wanted-name.ts'
import { isAllowedType } from './is-allowed-type.ts'
import { isNoDeletion } from './is-no-deletion.ts'
import { isObject } from './is-object.ts'
import { isWantedScreen } from './is-wanted-screen.ts'
import { namesUser } from './names-user.ts'
import type { RuleSet } from './rule.ts'

/** edX's view of today. The order is observable: the first rule that does not hold decides. */
export const CURRENT: RuleSet = {
  beforeUser: [
    isObject,
    isNoDeletion,
    hasClientContext,
    comesFromKnownLibrary,
    isAllowedType,
    hasPropertiesIfAny,
    hasName,
    hasWantedName,
    hasData,
    hasObjectContext,
    hasApplication,
    namesUser,
  ],
  afterUser: [hasCourse, hasTimestamp(parseDateutilTime), hasReceivedAt(parseDateutilTime), isWantedScreen],
  translate: toCurrentEvent,
  isForm: root => {
    const properties = root.get('properties')
    if (!root.get('type')?.isString || !properties?.isObject) return false
    return properties.get('name') !== undefined && properties.get('data') !== undefined
  },
}
