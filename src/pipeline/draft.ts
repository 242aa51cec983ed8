import { EMPTY_OBJECT, type Json } from './json/json.ts'
import type { Loose, Micros, RawRecord } from './shapes.ts'

/**
 * An event while the rules read it. Each rule that holds writes down what it found, so that no later stage
 * looks at the source again for what is decided. Which rule sets a field is said beside it.
 */
export class Draft {
  readonly raw: RawRecord
  readonly root: Json

  /** `hasProperties`, `hasPropertiesIfAny` */
  properties: Json = EMPTY_OBJECT
  /** `comesFromAllowedChannel`: in the sender's own case. `comesFromKnownLibrary`: as the source map has it. */
  eventSource = ''
  /** `hasClientContext`: the root context, where it is truthy. */
  client: Json | undefined
  /** `hasClientContext` */
  agent: Loose = ''
  /** `hasName` */
  name: Json = EMPTY_OBJECT
  /** `hasData`: always an object. */
  data: Json = EMPTY_OBJECT
  /** `hasEventContext`, `hasObjectContext`: always an object. */
  context: Json = EMPTY_OBJECT
  /** `namesUser`: null is an integer that no user can have. */
  userId: number | null = null
  /** `hasCourse`: undefined where there is no course key to take it from. */
  orgId: Loose | undefined
  /** `hasCourse` */
  courseIdUnparsed = false
  /** `hasTimestamp` */
  time: Micros = 0
  /** `hasReceivedAt` */
  receivedAt: Micros = 0
  /** `hasEventType` */
  eventType: Loose = null

  constructor(raw: RawRecord, root: Json) {
    this.raw = raw
    this.root = root
  }
}
