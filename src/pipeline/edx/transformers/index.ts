import type { Loose } from '../../shapes.ts'
import { SCREEN_NAME } from '../screens.ts'
import type { MappedEvent, Transformer } from './mapped-event.ts'
import { nextSelected, previousSelected, tabSelected } from './sequence.ts'
import { threadViewed } from './thread-viewed.ts'
import { VIDEO_EVENTS, video } from './video.ts'

/** By the event's name. */
const TRANSFORMERS: ReadonlyMap<Loose, Transformer> = new Map<Loose, Transformer>([
  ['edx.ui.lms.sequence.tab_selected', tabSelected],
  ['edx.ui.lms.sequence.next_selected', nextSelected],
  ['edx.ui.lms.sequence.previous_selected', previousSelected],
  [SCREEN_NAME, threadViewed],
  ...[...VIDEO_EVENTS.keys()].map(name => [name, video] as const),
])

export const isTransformed = (name: Loose): boolean => TRANSFORMERS.has(name)

/**
 * Gives events of new names the legacy form by which analyses know them, as edX does. `isCopy`: edX changes a
 * copy of the payload, which is lost where the transformer raises.
 */
export function transform(event: MappedEvent, isCopy: boolean): MappedEvent {
  const changed = { ...event, payload: isCopy ? new Map(event.payload) : event.payload }
  return TRANSFORMERS.get(event.name)?.(changed) ? changed : event
}
