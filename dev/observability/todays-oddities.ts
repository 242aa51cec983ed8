/** The setting with which some names are ignored. */
export const DISALLOWED_NAME = 'not.wanted'

const PROPERTIES = { name: 'a.name', data: {}, context: { course_id: 'course-v1:edX+DemoX+2026' } }
const CONTEXT = { library: { name: 'analytics-android' }, app: { version: '6.3' } }

/** Events of today that are not emitted, for the reasons that the feed does not hold; several users each. */
export function todaysOddities(): string[] {
  const time = new Date().toISOString()
  const changes = [
    { context: { ...CONTEXT, library: 'none' } },
    { context: { ...CONTEXT, app: null } },
    { properties: { ...PROPERTIES, name: 5 } },
    { properties: { ...PROPERTIES, name: `edx.${DISALLOWED_NAME}.x` } },
    { properties: { ...PROPERTIES, name: undefined } },
    { properties: { ...PROPERTIES, data: undefined } },
  ]
  // So many users that every processor is given some of them.
  const users = Array.from({ length: 20 }, (_, i) => 100_001 + i)
  return changes.flatMap(change =>
    users.map(userId =>
      JSON.stringify({
        userId,
        type: 'track',
        context: CONTEXT,
        properties: PROPERTIES,
        timestamp: time,
        receivedAt: time,
        ...change,
      }),
    ),
  )
}
