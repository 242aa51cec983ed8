import { COURSES, DEVICES, type Fields, type Spoiled, sourceOf, WORDS, withProperty } from './events.ts'
import type { Random } from './random.ts'

/*
 * Events as today's edX apps send them through today's Segment: with `type`, and with a name and data where those of
 * 2014 had an event type.
 */

const ACTIONS: readonly ((random: Random) => { name: string; data: Fields })[] = [
  r => ({ name: 'edx.video.played', data: video(r) }),
  r => ({ name: 'edx.video.paused', data: video(r) }),
  r => ({
    name: 'edx.video.position.changed',
    data: {
      ...video(r),
      seek_type: r.pick(['skip', 'slide']),
      requested_skip_interval: r.pick([30, -30, 12]),
    },
  }),
  r => ({ name: 'edx.bi.app.course.enroll.clicked', data: { tab: r.pick(WORDS) } }),
]

const video = (r: Random): Fields => ({
  code: 'mobile',
  module_id: `block-v1:edX+DemoX+2026_T1+type@video+block@video-${r.below(400)}`,
  current_time: Math.round(r.next() * 6e5) / 1000,
})

function validEvent(random: Random, userIds: readonly number[], serial: number, nowMs: number): Fields {
  const device = random.pick(DEVICES)
  const { name, data } = random.pick(ACTIONS)(random)
  return {
    messageId: `demo-${serial}`,
    userId: String(random.pick(userIds)),
    type: 'track',
    event: 'A learner did something',
    context: {
      userAgent: device.agent,
      library: { name: device.library, version: '4.1.0' },
      app: { version: '6.3.1' },
      os: { name: device.os },
      traits: { plan: 'verified' },
    },
    properties: {
      name,
      data,
      context: {
        course_id: random.pick(COURSES),
        app_name: 'edx.mobileapp',
        open_in_browser_url: 'https://lms.example.com/courses/edX/DemoX/2026_T1/courseware/week/1',
      },
    },
    timestamp: new Date(nowMs - random.below(30_000)).toISOString().replace('Z', '+00:00'),
    receivedAt: new Date(nowMs).toISOString(),
  }
}

const SPOILED: readonly Spoiled[] = [
  { fate: 'ignored', spoil: event => ({ ...event, type: 'identify' }) },
  { fate: 'ignored', spoil: event => ({ ...event, context: { library: { name: 'analytics.js' } } }) },
  { fate: 'ignored', spoil: event => withProperty(event, 'name', 'edx.bi.app.navigation.screen') },
  { fate: 'ignored', spoil: ({ userId }) => ({ type: 'delete', userId: userId ?? null }) },
  { fate: 'rejected', spoil: event => ({ ...event, type: ['track'] }) },
  { fate: 'rejected', spoil: event => withProperty(event, 'data', 'none') },
  { fate: 'rejected', spoil: event => withProperty(event, 'context', [['a', 1]]) },
  { fate: 'rejected', spoil: event => ({ ...event, userId: 'me@example.org' }) },
  { fate: 'rejected', spoil: event => ({ ...event, timestamp: 'yesterday' }) },
]

export const currentEvent = sourceOf(validEvent, SPOILED)
