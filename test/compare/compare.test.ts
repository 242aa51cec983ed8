import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Comparison, compareLogs, differencesOf } from '#src/compare/compare.ts'
import { run } from '../support/cli.ts'

interface Event {
  readonly [field: string]: unknown
  readonly context: { readonly [field: string]: unknown }
}

const DAY = Date.UTC(2026, 10, 1)
const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '000+00:00')

/** As a tracking log has it; people do something about every second, and Segment has it a second later. */
const event = (n: number): Event => ({
  username: `learner-${n % 500}`,
  event_type: 'play_video',
  name: 'edx.video.played',
  event_source: 'mobile',
  time: iso(DAY + 1_000 * n),
  context: {
    user_id: n % 500,
    course_id: 'course-v1:edX+DemoX+2026',
    org_id: 'edX',
    received_at: iso(DAY + 1_000 * Math.floor(n / 4) + 1_500),
    client: { os: { name: 'iOS' }, library: { name: 'analytics-ios' } },
  },
  page: null,
  host: 'lms.example.com',
  agent: 'edX/6.3',
  ip: '',
  event: { currentTime: n + 0.5, id: `video-${n % 40}`, answers: { [`learner-${n}@example.org`]: 1 } },
})

const inContext = (of: Event, change: object): Event => ({ ...of, context: { ...of.context, ...change } })

/** What is altered in which event. */
const ALTERED: Readonly<Record<number, (of: Event) => Event>> = {
  10: of => ({ ...of, agent: 'another secret agent' }),
  2500: of => ({ ...of, event: { ...(of['event'] as object), currentTime: 1 } }),
  5000: of => ({ ...of, name: 'edx.video.paused', event_type: 'pause_video' }),
  5001: of => inContext(of, { user_id: 7, username: undefined }),
  7777: of => ({ ...of, time: iso(DAY - 1) }),
  9000: of => inContext(of, { received_at: iso(DAY) }),
  9999: of => inContext(of, { client: { os: { name: 'iOS' }, library: {} } }),
}
const LACKING_HERE = [3, 4_000, 9_998]
const LACKING_THERE = [0, 77, 6_001]

const ALL = Array.from({ length: 10_000 }, (_, n) => event(n))
const THERE = ALL.flatMap((of, n) => (LACKING_THERE.includes(n) ? [] : [JSON.stringify(of)]))
const HERE = ALL.flatMap((of, n) =>
  LACKING_HERE.includes(n)
    ? []
    : [JSON.stringify(Object.fromEntries(Object.entries(ALTERED[n]?.(of) ?? of).reverse()))],
)
/** What else an edX writes to its log. */
const OTHERS = ['{"event_source":"server","context":{"user_id":1},"event":"{}"}', 'no JSON at all']

const side = (name: string, lines: readonly string[]) =>
  async function* () {
    for (const [i, text] of lines.entries()) yield { place: `${name}:${i + 1}`, text }
  }

const compare = (
  there: readonly string[],
  here: readonly string[],
  ignored: readonly string[] = [],
): Promise<Comparison> =>
  compareLogs({
    ...{ there: side('there', there), here: side('here', here) },
    isIgnored: path => ignored.includes(path),
    isInTime: () => true,
    onLine: () => {},
  })

describe('10,000 events, of which 7 were altered, and 3 are missing on either side', () => {
  test('exactly these are found, whatever the order and the form of the lines', async () => {
    const { there, here, matched, beyond, pairs, onlyThere, onlyHere } = await compare(
      [...OTHERS, ...THERE],
      HERE.toReversed(),
    )
    expect({ matched, beyond, pairs: pairs.length }).toEqual({ matched: 9_987, beyond: 0, pairs: 7 })
    const numbers = (events: typeof onlyThere) =>
      events.map(({ fields }) => Number(fields.get('event.currentTime')?.text()) - 0.5).sort((a, b) => a - b)
    expect(numbers(onlyThere)).toEqual(LACKING_HERE)
    expect(numbers(onlyHere)).toEqual(LACKING_THERE)
    expect(there).toMatchObject({
      lines: 9_999,
      events: 9_997,
      repeats: 0,
      unreadable: 1,
      unreadableAt: ['there:2'],
    })
    expect(here).toMatchObject({ lines: 9_997, events: 9_997, first: iso(DAY), last: iso(DAY + 2_500_500) })
    const found = differencesOf(pairs, 3).map(({ path, count }) => `${path} ${count}`)
    expect(found.sort()).toEqual([
      'agent 1',
      'context.client.library 1',
      'context.received_at 1',
      'context.user_id 1',
      'event.currentTime 1',
      'event_type 1',
      'name 1',
      'time 1',
    ])
  })

  test('the command says so, masks values, and ends with 1', () => {
    const directory = mkdtempSync(join(tmpdir(), 'compare-'))
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(directory, name), content)
      return join(directory, name)
    }
    const log = file('tracking.log.gz', gzipSync([...OTHERS, ...THERE].join('\n')))
    const ours = file('ours.ndjson', `${HERE.join('\n')}\n`)
    const { status, stdout } = run(['compare', '--with', ours, log])
    expect(status).toBe(1)
    expect(stdout).toContain("9,987 events are equal, 7 differ, 3 are only in edX's log, 3 only here")
    expect(stdout).toContain('tracking.log.gz:12')
    expect(stdout).not.toMatch(/secret|learner|example\.org|edX\/6/)

    const json = run(['compare', '--with', ours, '--json', '--reveal', log])
    const facts = JSON.parse(json.stdout)
    expect(facts).toMatchObject({ matched: 9_987, differ: 7, onlyThere: 3, onlyHere: 3 })
    const agent = facts.differences.find(({ field }: { field: string }) => field === 'agent')
    expect(agent.examples).toEqual([
      {
        there: 'tracking.log.gz:12',
        here: 'ours.ndjson:10',
        valueThere: '"edX/6.3"',
        valueHere: '"another secret agent"',
      },
    ])
  })

  test('it looks at a stretch of time only, and ends with 0 where all is equal', () => {
    const log = join(mkdtempSync(join(tmpdir(), 'compare-')), 'tracking.log')
    writeFileSync(log, THERE.slice(0, 8).join('\n'))
    const { status, stdout } = run(['compare', '--with', log, '--until', '2026-11-01T00:00:02Z', log])
    expect(status).toBe(0)
    expect(stdout).toContain('3 events are equal, 0 differ')
  })
})

test('fields that are to be ignored do not count, with all in them', async () => {
  const [one, other] = [event(1), inContext({ ...event(1), host: 'bridge' }, { client: {} })].map(each =>
    JSON.stringify(each),
  )
  const differing = await compare([one as string], [other as string])
  expect(differing.pairs[0]?.paths).toHaveLength(4)
  expect(await compare([one as string], [other as string], ['host', 'context.client'])).toMatchObject({
    matched: 1,
    pairs: [],
  })
})

test('a repeated event counts once on each side', async () => {
  const [line, another] = [event(1), event(2)].map(each => JSON.stringify(each)) as [string, string]
  const { there, here, matched, onlyHere } = await compare([line, line], [another, line, another, another])
  expect([there.repeats, here.repeats, matched, onlyHere.length]).toEqual([1, 2, 1, 1])
})

test('a number is compared by its value and kind', async () => {
  const line = JSON.stringify(event(1))
  const spelled = (number: string) => line.replace('"currentTime":1.5', `"currentTime":${number}`)
  expect((await compare([spelled('10.0')], [spelled('1e1')])).matched).toBe(1)
  expect((await compare([spelled('10.0')], [spelled('10')])).pairs).toHaveLength(1)
})
