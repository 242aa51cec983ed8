import { type Random, seededRandom } from '../dev/demo/random.ts'

/*
 * What a site's apps would send, by the rules of 2014: 80 % valid, 10 % of another channel, 5 % of another action, 5 %
 * to be rejected. Of 400 bytes, 1.3 KB and 5 KB, with escapes, other scripts and nested contexts; of many courses and
 * users. The same seed gives the same bytes.
 */

export interface SampleEvent {
  readonly userId: number
  readonly body: string
}

/** About 400 bytes, 1.3 KB, 5 KB and 8 KB; the mix has none of the last. */
type Size = 'small' | 'full' | 'large' | 'huge'

/** How events differ from the mix. */
export interface EventShape {
  /** All of one size. */
  readonly size?: Size
  /** Of so many users. */
  readonly users?: number
}

/** Of `auth_user`: those that the local stack generates. */
export const USERS = { first: 100_001, count: 50_000 }
const NOBODY = 900_000_000

const WORDS = [
  'Wéek 1',
  'Лекция 2',
  '第三課',
  'Quiz "4"',
  'Übung \\ 5',
  '🎓 Final',
  'الدرس',
  'Intro',
  'Lab 7',
]
const SCHOOLS = ['edX', 'MITx', 'HarvardX', 'UniZH', 'KyotoUx', 'TUMx']
const TYPES = ['play_video', 'pause_video', 'seek_video', 'problem_check', 'edx.course.home.viewed']
const ANSWERS: Partial<Record<Size, number>> = { large: 80, huge: 137 }
const NOW = Date.UTC(2026, 8, 1)

type Fields = Record<string, unknown>

export function* sampleEvents(count: number, seed = 1, shape: EventShape = {}): Generator<SampleEvent> {
  const random = seededRandom(seed)
  for (let serial = 0; serial < count; serial++) yield sampleEvent(random, serial, shape)
}

function sampleEvent(random: Random, serial: number, shape: EventShape): SampleEvent {
  const userId = USERS.first + random.below(shape.users ?? USERS.count)
  const mixed = sizeOf(random.next())
  const size = shape.size ?? mixed
  const event = size === 'small' ? smallEvent(random, userId, serial) : fullEvent(random, userId, serial)
  const answers = ANSWERS[size]
  if (answers) detail(event)['answers'] = manyAnswers(random, answers)
  return { userId, body: spoiled(event, random.next()) }
}

function sizeOf(chance: number): Size {
  if (chance < 0.2) return 'small'
  return chance > 0.97 ? 'large' : 'full'
}

/** About 400 bytes. */
function smallEvent(random: Random, userId: number, serial: number): Fields {
  const type = random.pick(TYPES)
  const at = NOW + serial * 7
  return {
    messageId: `bench-${serial}`,
    userId: random.next() < 0.5 ? String(userId) : userId,
    action: 'Track',
    context: { userAgent: 'edX/6.3 (iPhone; iOS 19.1; Scale/3.00)' },
    properties: {
      event_source: 'mobile',
      event_type: type,
      name: type,
      event: { id: `video-${random.below(400)}`, currentTime: random.below(6e5) / 1000 },
      context: { course_id: course(random) },
    },
    timestamp: time(at - random.below(30_000)),
    receivedAt: time(at),
  }
}

/** About 1.3 KB. */
function fullEvent(random: Random, userId: number, serial: number): Fields {
  const small = smallEvent(random, userId, serial)
  return {
    anonymousId: `0c8b1f4e-${userId}-${random.below(1e9)}`,
    ...small,
    action: random.next() < 0.8 ? 'Track' : 'Screen',
    channel: 'server',
    projectId: 'abcdefghij',
    version: 2,
    sentAt: small['receivedAt'],
    context: {
      ip: '203.0.113.9',
      locale: 'en-US',
      userAgent: 'Dalvik/2.1.0 (Linux; U; Android 15; Pixel 9 Build/BP1A.250305.019)',
      app: { name: 'edX', version: '6.3.1', build: '603010', namespace: 'org.edx.mobile' },
      device: { id: `device-${userId}`, manufacturer: 'Google', model: 'Pixel 9', type: 'android' },
      os: { name: 'Android', version: '15' },
      network: { bluetooth: false, carrier: 'T-Mobile', cellular: true, wifi: random.next() < 0.5 },
      screen: { density: 2.625, height: 2424, width: 1080 },
      library: { name: 'analytics-android', version: '4.11.3' },
      timezone: 'America/New_York',
      traits: { anonymousId: `0c8b1f4e-${userId}`, interests: [random.pick(WORDS), random.pick(WORDS)] },
    },
    integrations: {},
    properties: {
      ...(small['properties'] as Fields),
      page: random.pick(WORDS),
      ip: '203.0.113.9',
      event: {
        code: 'mobile',
        speed: 1.0,
        chapter: random.pick(WORDS),
        currentTime: random.below(6e5) / 1000,
      },
      context: {
        course_id: course(random),
        component: 'videoplayer',
        open_in_browser_url: 'https://courses.example.edu/courses/block/video',
        application: { name: 'edx.mobileapp.android', version: '6.3.1' },
      },
    },
  }
}

const course = (random: Random) =>
  `course-v1:${random.pick(SCHOOLS)}+Course.${random.below(200)}x+2026_T${1 + random.below(3)}`
const time = (at: number) => new Date(at).toISOString()
const detail = (event: Fields) => (event['properties'] as Fields)['event'] as Fields

/** Of 50 bytes each. */
const manyAnswers = (random: Random, count: number): Fields =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `block-${i}_2_1`,
      `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.below(1e12)}`,
    ]),
  )

function spoiled(event: Fields, chance: number): string {
  const properties = event['properties'] as Fields
  if (chance < 0.1) properties['event_source'] = 'browser'
  else if (chance < 0.15) event['action'] = 'Identify'
  else if (chance < 0.1625) event['userId'] = NOBODY
  else if (chance < 0.175) delete properties['event_type']
  else if (chance < 0.1875) event['timestamp'] = '2026-09-01 16:33:39'
  const body = JSON.stringify(event)
  return chance >= 0.1875 && chance < 0.2 ? body.slice(0, -7) : body
}
