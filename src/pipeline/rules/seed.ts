import { parseSegmentTime } from '../edx/python-strptime.ts'
import { toSeedEvent } from '../translate/seed.ts'
import { comesFromAllowedChannel } from './comes-from-allowed-channel.ts'
import { hasClientContext } from './has-client-context.ts'
import { hasCourse } from './has-course.ts'
import { hasEventContext } from './has-event-context.ts'
import { hasEventType } from './has-event-type.ts'
import { hasProperties } from './has-properties.ts'
import { hasReceivedAt } from './has-received-at.ts'
import { hasTimestamp } from './has-timestamp.ts'
import { isAllowedAction } from './is-allowed-action.ts'
import { isNoDeletion } from './is-no-deletion.ts'
import { isObject } from './is-object.ts'
import { namesUser } from './names-user.ts'
import type { RuleSet } from './rule.ts'

/** The view of 2014. The order is observable: the first rule that does not hold decides. */
export const SEED: RuleSet = {
  beforeUser: [
    isObject,
    isNoDeletion,
    hasProperties,
    comesFromAllowedChannel,
    isAllowedAction,
    hasClientContext,
    hasEventContext,
    namesUser,
  ],
  afterUser: [hasCourse, hasTimestamp(parseSegmentTime), hasReceivedAt(parseSegmentTime), hasEventType],
  translate: toSeedEvent,
  isForm: root => {
    const properties = root.get('properties')
    return (
      root.get('action')?.isString === true &&
      properties?.isObject === true &&
      properties.get('event_type') !== undefined
    )
  },
}
