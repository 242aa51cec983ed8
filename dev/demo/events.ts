import type { Random } from './random.ts'

/** What the pipeline makes of an event under the rules of its time. */
type Fate = 'emitted' | 'ignored' | 'rejected'

interface SampleEvent {
  readonly body: string
  readonly fate: Fate
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Fields = { [key: string]: Json }

export const COURSES = [
  'course-v1:edX+DemoX+2026_T1',
  'course-v1:MITx+6.002x+3T2026',
  'course-v1:UniZH+Etica.1+2026',
  'edX/DemoX/2014_T1',
  'library-v1:edX+Problems',
]
export const DEVICES = [
  { agent: 'Dalvik/2.1.0 (Linux; U; Android 15; Pixel 9)', library: 'analytics-android', os: 'Android' },
  { agent: 'edX/6.3 (iPhone; iOS 19.1; Scale/3.00)', library: 'analytics-ios', os: 'iOS' },
]
export const WORDS = ['Wéek 1', 'Лекция 2', '第三課', 'Quiz "4"', 'Übung \\ 5', '🎓 Final', 'الدرس']

/** What learners do in the mobile app. */
const ACTIONS: readonly ((random: Random) => { type: string; event: Json })[] = [
  r => ({ type: 'play_video', event: video(r) }),
  r => ({ type: 'pause_video', event: video(r) }),
  r => ({ type: 'seek_video', event: { ...video(r), old_time: r.below(600), new_time: r.below(600) } }),
  r => ({ type: 'edx.course.home.viewed', event: { tab: r.pick(WORDS) } }),
  r => ({
    type: 'problem_check',
    event: { grade: r.below(5), max_grade: 5, answers: { [r.pick(WORDS)]: [r.below(9)] } },
  }),
]

const video = (r: Random): Fields => ({
  code: 'mobile',
  id: `i4x-edX-DemoX-video-${r.below(400)}`,
  currentTime: Math.round(r.next() * 6e5) / 1000,
})

/** A valid event of one of the users, its time near `nowMs`. */
function validEvent(random: Random, userIds: readonly number[], serial: number, nowMs: number): Fields {
  const device = random.pick(DEVICES)
  const { type, event } = random.pick(ACTIONS)(random)
  return {
    messageId: `demo-${serial}`,
    userId: random.next() < 0.5 ? random.pick(userIds) : String(random.pick(userIds)),
    action: random.next() < 0.8 ? 'Track' : 'Screen',
    event: 'A learner did something',
    context: {
      userAgent: device.agent,
      library: { name: device.library, version: '4.1.0' },
      os: { name: device.os },
    },
    properties: {
      event_type: type,
      event_source: 'mobile',
      name: type,
      event,
      page: random.pick(WORDS),
      context: { course_id: random.pick(COURSES), application: { name: 'edx.mobileapp', version: '6.3.1' } },
    },
    timestamp: new Date(nowMs - random.below(30_000)).toISOString(),
    receivedAt: new Date(nowMs).toISOString(),
  }
}

export interface Spoiled {
  readonly fate: Fate
  readonly spoil: (event: Fields) => Json
}

/** One change of a valid event for each way in which it does not pass. */
const SPOILED: readonly Spoiled[] = [
  { fate: 'ignored', spoil: event => withProperty(event, 'event_source', 'server') },
  { fate: 'ignored', spoil: event => withProperty(event, 'event_source', null) },
  { fate: 'ignored', spoil: event => ({ ...event, action: 'Identify' }) },
  { fate: 'rejected', spoil: event => [event] },
  { fate: 'rejected', spoil: event => ({ ...event, properties: 'none' }) },
  { fate: 'rejected', spoil: event => withProperty(event, 'event_source', 5) },
  { fate: 'rejected', spoil: event => ({ ...event, action: ['Track'] }) },
  { fate: 'rejected', spoil: event => ({ ...event, context: 'Android' }) },
  { fate: 'rejected', spoil: event => withProperty(event, 'context', 'abc') },
  { fate: 'rejected', spoil: ({ userId: _, ...event }) => event },
  { fate: 'rejected', spoil: event => ({ ...event, userId: 'me@example.org' }) },
  { fate: 'rejected', spoil: event => ({ ...event, userId: 2_147_483_648 }) },
  { fate: 'rejected', spoil: event => withProperty(event, 'context', { course_id: 5 }) },
  { fate: 'rejected', spoil: ({ timestamp: _, ...event }) => event },
  { fate: 'rejected', spoil: event => ({ ...event, timestamp: 'yesterday' }) },
  { fate: 'rejected', spoil: ({ receivedAt: _, ...event }) => event },
  { fate: 'rejected', spoil: event => ({ ...event, receivedAt: 1_409_157_219 }) },
  {
    fate: 'rejected',
    spoil: event => {
      const { event_type: _, ...properties } = event['properties'] as Fields
      return { ...event, properties }
    },
  },
  { fate: 'emitted', spoil: event => withProperty(event, 'context', { course_id: 'no course key' }) },
]

export const withProperty = (event: Fields, name: string, value: Json): Fields => ({
  ...event,
  properties: { ...(event['properties'] as Fields), [name]: value },
})

/** One event of a source: of which users, the how manieth, and when. */
export type Source = (
  random: Random,
  userIds: readonly number[],
  serial: number,
  nowMs: number,
) => SampleEvent

/** Four fifths of a source's events are valid; the others take turns through its ways of failing. */
export const sourceOf =
  (valid: (...args: Parameters<Source>) => Fields, spoiled: readonly Spoiled[]): Source =>
  (random, userIds, serial, nowMs) => {
    const event = valid(random, userIds, serial, nowMs)
    if (random.next() < 0.8) return { body: JSON.stringify(event), fate: 'emitted' }
    const { fate, spoil } = spoiled[serial % spoiled.length] as Spoiled
    return { body: JSON.stringify(spoil(event)), fate }
  }

/** Events as of 2014. */
export const seedEvent = sourceOf(validEvent, SPOILED)
