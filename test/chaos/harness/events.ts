/* What the feeder posts: events that carry a number each, by which it knows what has to become of them. */

export type Fate = 'emitted' | 'rejected' | 'ignored'

/** Users of the stack that exist; see `generatedUsers`. */
export const KNOWN_USERS = 500
const FIRST_USER = 100_001
const UNKNOWN_USER = 900_000_000

interface Kind {
  readonly fate: Fate
  readonly reason?: string
  readonly change: (serial: number) => object
}

const VALID: Kind = { fate: 'emitted', change: () => ({}) }
/** Of ten events: seven are valid, and these. */
const OTHERS: readonly Kind[] = [
  {
    fate: 'ignored',
    reason: 'channel_ignored',
    change: () => ({ properties: { event_type: 'e', event_source: 'server' } }),
  },
  { fate: 'rejected', reason: 'timestamp_missing', change: () => ({ timestamp: undefined }) },
  {
    fate: 'rejected',
    reason: 'user_unknown',
    change: serial => ({ userId: UNKNOWN_USER + (serial % 1_000) }),
  },
]

const kindOf = (serial: number): Kind => OTHERS[serial % 10] ?? VALID

/** What has to become of the event: its fate, and the reason where it is rejected. */
export function expectedOf(serial: number): { readonly fate: Fate; readonly reason?: string } {
  const { fate, reason } = kindOf(serial)
  return fate === 'rejected' && reason !== undefined ? { fate, reason } : { fate }
}

const idOf = (serial: number): string => `chaos-${serial}`

/** The number in the bytes of an event, or in an id. Throws where there is none. */
export function serialOf(text: string): number {
  const serial = /chaos-(\d+)/.exec(text)?.[1]
  if (serial === undefined) throw new Error(`This is no event of the feeder: ${text.slice(0, 200)}`)
  return Number(serial)
}

export function eventOf(serial: number): string {
  return JSON.stringify({
    messageId: idOf(serial),
    userId: FIRST_USER + (serial % KNOWN_USERS),
    action: 'Track',
    timestamp: '2026-11-01T10:20:30.123Z',
    receivedAt: '2026-11-01T10:20:31.000Z',
    context: { userAgent: 'edX/6.3', library: { name: 'analytics-ios' } },
    properties: {
      event_type: 'edx.video.played',
      event_source: 'mobile',
      event: { currentTime: serial / 10, code: 'mobile' },
      context: { course_id: 'course-v1:edX+DemoX+2026' },
    },
    ...kindOf(serial).change(serial),
  })
}
