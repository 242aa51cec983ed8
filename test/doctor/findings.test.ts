import { describe, expect, test } from 'vitest'
import { clockFindings } from '#src/doctor/clock.ts'
import type { Finding } from '#src/doctor/finding.ts'
import { type GroupFacts, groupFindings } from '#src/doctor/group.ts'
import { ledgerFindings, type Totals } from '#src/doctor/ledger.ts'
import { partitionFindings } from '#src/doctor/partitions.ts'
import { registryFindings } from '#src/doctor/registry.ts'
import { retentionFindings } from '#src/doctor/retention.ts'
import { topicFindings } from '#src/doctor/topics.ts'
import { trafficFindings } from '#src/doctor/traffic.ts'
import { type UserTableFacts, userFindings } from '#src/doctor/users.ts'
import { writingFindings } from '#src/doctor/writing.ts'
import { planTopic } from '#src/setup/topic-plan.ts'

/** Each finding in one line; what is not well says how it is mended. */
function linesOf(findings: readonly Finding[]): string[] {
  for (const { level, mend } of findings) if (level === 'fault') expect(mend).toBeTruthy()
  return findings.map(({ level, what, says }) => `${level} ${what}: ${says}`)
}

describe('topics', () => {
  const wish = { name: 'raw', partitions: 4, retentionMs: 1_000, maxMessageBytes: 500 }
  const configs = {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'CreateTime',
    'retention.ms': '1000',
    'max.message.bytes': '500',
    'min.insync.replicas': '2',
  }
  const of = (changed: object = {}, replicas = 3, partitions = 4) => {
    const found = { partitions, replicas, configs: new Map(Object.entries({ ...configs, ...changed })) }
    const plan = planTopic(wish, found, { brokers: 3, requestBytes: undefined })
    return linesOf(topicFindings([{ plan, found }]))
  }

  test('as they should be', () => {
    expect(of()).toEqual(['ok topic raw: as it should be, 4 partitions, 3 replicas'])
  })

  test('missing', () => {
    const plan = planTopic(wish, undefined, { brokers: 3, requestBytes: undefined })
    expect(linesOf(topicFindings([{ plan, found: undefined }]))).toEqual([
      'fault topic raw: does not exist, or may not be seen by this user',
    ])
  })

  test('too little, too few, and not safe', () => {
    expect(of({ 'retention.ms': '10', 'cleanup.policy': 'compact' })).toEqual([
      'fault topic raw: cleanup.policy is compact, and has to be delete',
      'fault topic raw: retention.ms is 10, and has to be 1000',
    ])
    expect(of({}, 3, 2)).toEqual([expect.stringContaining('warning topic raw: raw has 2 partitions')])
    expect(of({ 'min.insync.replicas': '1' }, 1)).toEqual([
      expect.stringContaining('warning topic raw: raw has 1 of the 3 replicas'),
      'warning topic raw: has one replica: a lost disk is a lost topic',
    ])
    expect(of({ 'min.insync.replicas': '1' }, 2).at(-1)).toContain(
      'warning topic raw: min.insync.replicas is 1',
    )
    expect(of({ 'min.insync.replicas': '4' })).toEqual([
      'fault topic raw: its min.insync.replicas is 4, and it has 3 replicas: no write succeeds',
    ])
  })
})

test.each([
  [1_000, { output: 1_000, errors: -1 }, ['ok']],
  [1_000, { output: 999, errors: 2_000 }, ['fault']],
  [-1, { output: 5, errors: -1 }, ['fault']],
])('retention of raw %d, others %j', (raw, others, levels) => {
  expect(retentionFindings(raw, others).map(({ level }) => level)).toEqual(levels)
})

test('partitions that are not as many', () => {
  expect(linesOf(partitionFindings(4, { output: 4, errors: 4 }))).toEqual([
    'ok partitions: 4 of the raw topic, and as many of the others',
  ])
  expect(linesOf(partitionFindings(4, { output: 2, errors: 8 }))).toEqual([
    'warning partitions: output has 2, the raw topic 4: several raw partitions share one',
    'warning partitions: errors has 8, the raw topic 4: some stay empty',
  ])
})

describe('the group', () => {
  const bounds = new Map([0, 1].map(partition => [partition, { low: 10, high: 20 }]))
  const of = (committed: [number, number | null][], members = ['one']) => {
    const facts: GroupFacts = { group: 'g', members, committed: new Map(committed), bounds }
    return linesOf(groupFindings(facts))
  }

  test.each<[string, [number, number | null][], string[], string[]]>([
    [
      'at work',
      [
        [0, 15],
        [1, 20],
      ],
      ['one'],
      ['ok group g: 1 at work, 5 records behind'],
    ],
    [
      'idle and done',
      [
        [0, 20],
        [1, 20],
      ],
      [],
      ['ok group g: 0 at work, 0 records behind'],
    ],
    [
      'left alone',
      [
        [0, 20],
        [1, 12],
      ],
      [],
      ['warning group g: 0 at work, 8 records behind'],
    ],
    [
      'without any offset',
      [
        [0, null],
        [1, null],
      ],
      [],
      ['fault group g: has no offsets: no processor starts'],
    ],
    [
      'with a new partition',
      [
        [0, 20],
        [1, null],
      ],
      ['one'],
      [
        'warning group g, partition 1: has no offset: processors begin it at its oldest record',
        'ok group g: 1 at work, 10 records behind',
      ],
    ],
    [
      'out of the log, on both sides',
      [
        [0, 3],
        [1, 99],
      ],
      ['one'],
      [
        'fault group g, partition 0: 7 records were deleted before they were processed; it stands still',
        "fault group g, partition 1: its offset 99 is beyond the log's end 20; it stands still",
        'ok group g: 1 at work, 17 records behind',
      ],
    ],
    [
      'held back',
      [[0, 20]],
      ['one'],
      [
        'warning group g, partition 1: its offset is held back by a transaction that is still open',
        'ok group g: 1 at work, 10 records behind',
      ],
    ],
  ])('%s', (_, committed, members, lines) => {
    expect(of(committed, members)).toEqual(lines)
  })
})

test('the ledger adds up over the partitions', () => {
  const totals = { base: 0, emitted: 5, rejected: 2, ignored: 1 }
  const of = (...ledgers: (Totals | null)[]) => linesOf(ledgerFindings(new Map(ledgers.entries())))
  expect(of(totals, { ...totals, replayEnd: 99 })).toEqual([
    'ok ledger: 16 raw = 10 emitted + 4 rejected + 2 ignored; a replay goes on in partitions 1',
  ])
  expect(of(totals, null)).toEqual([
    'warning ledger: the offsets of partitions 1 carry no totals, as after another tool moved them',
    'ok ledger: 8 raw = 5 emitted + 2 rejected + 1 ignored',
  ])
})

test('the registry', () => {
  const of = (id: number | null, compatibility: string | null) =>
    linesOf(registryFindings({ subject: 's', id, compatibility }))
  expect(of(3, 'FULL_TRANSITIVE')).toEqual(['ok schema s: registered, id 3, compatibility FULL_TRANSITIVE'])
  expect(of(null, 'FULL_TRANSITIVE')).toEqual(['fault schema s: is not registered as this program has it'])
  expect(of(3, null)).toEqual([expect.stringContaining('warning schema s: compatibility is unset')])
})

test('the users', () => {
  const facts: UserTableFacts = {
    ...{ table: 't', idColumn: 'id', nameColumn: 'name', idType: 'integer', nameType: 'text' },
    ...{ isIndexed: true, isReplica: false, userGraceMs: 0 },
  }
  const of = (changed: Partial<UserTableFacts>) => linesOf(userFindings({ ...facts, ...changed }))
  expect(of({})).toEqual(['ok users: t can be read from a primary, by an index'])
  expect(of({ isIndexed: null, isReplica: true, userGraceMs: 9 })).toEqual([
    'ok users: t can be read from a replica, by a view',
  ])
  expect(of({ isReplica: true })).toEqual([
    expect.stringContaining('warning users: the database is a replica'),
  ])
  expect(of({ isIndexed: false })).toEqual([
    expect.stringContaining('fault users: no index begins with t.id'),
  ])
  expect(of({ idType: null, nameType: null })).toEqual([
    'fault users: t has no column id',
    'fault users: t has no column name',
  ])
  expect(of({ idType: 'text' })).toEqual(['fault users: t.id is text, not an integer'])
})

test('the clock', () => {
  expect(linesOf(clockFindings(1_000, 2_500))).toEqual(["ok clock: within 2 s of the database's"])
  expect(linesOf(clockFindings(9_000, 1_000))).toEqual([
    'warning clock: this machine is 8.0 s ahead of the database',
  ])
  expect(linesOf(clockFindings(1_000, 9_000))).toEqual([
    'warning clock: this machine is 8.0 s behind the database',
  ])
})

test('what arrives, and the rules that are set', () => {
  const of = (looked: number, current: number) =>
    linesOf(trafficFindings({ rules: 'seed', looked, ofOthers: new Map([['current', current]]) }))
  expect(of(0, 0)).toEqual([])
  expect(of(10, 5)).toEqual([
    'ok rules: of the newest 10 raw records 5 have the form of events for other than RULES=seed',
  ])
  expect(of(10, 6)).toEqual([
    'warning rules: RULES is seed, and of the newest 10 raw records 6 have the form of events for RULES=current',
  ])
})

test('who may write', () => {
  const writers = { bridge: ['raw'], process: ['output', 'errors'] }
  const of = (...refused: string[]) => {
    const topics = ['raw', 'output', 'errors']
    return linesOf(writingFindings(writers, new Map(topics.map(topic => [topic, !refused.includes(topic)]))))
  }
  expect(of()).toEqual(['ok write permission: all 3 topics may be written to'])
  expect(of('raw', 'errors', 'output')).toEqual([
    'warning write permission: this user may not write to raw, as `bridge` does',
    'warning write permission: this user may not write to output and errors, as `process` does',
  ])
  expect(writingFindings(writers, new Map())).toEqual([])
})
