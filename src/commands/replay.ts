import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings, type SettingsOf } from '../config.ts'
import { createGroupPlace } from '../kafka/group-place.ts'
import type { Log } from '../observe/log.ts'
import { type CommittedOffset, GroupInUseError, type GroupPlace } from '../ports.ts'
import { decodeLedger, encodeLedger, replayLedger } from '../processor/ledger.ts'
import { type Move, planReplay, type Standing, type Target } from '../replay/plan.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { kafkaTools } from './kafka-tools.ts'
import { startLog } from './observing.ts'
import { partitionsOf } from './range.ts'
import { replayReport } from './replay-report.ts'
import { TARGET_OPTIONS, targetOf } from './replay-target.ts'
import { JSON_OPTION, printReport } from './report.ts'

type Settings = SettingsOf<'replay'>

const KAFKA_MS = 15_000
/** Beyond the time-out of a transaction, after which Kafka ends what a dead process left open. */
const UNSTABLE_GRACE_MS = 20_000
const UNSTABLE_RETRY_MS = 500

export const command = defineCommand({
  options: {
    ...TARGET_OPTIONS,
    partitions: { value: 'N,N', help: 'only these partitions; without it all of them' },
    execute: { help: 'move the offsets; without it only what would be done is shown' },
    ...JSON_OPTION,
  },
  details: `Moves the offsets of CONSUMER_GROUP on RAW_TOPIC, so that its processors do raw records once more, or skip some.
Stop the processors first, and start them again afterwards. A record that is done again gives the same output record
with the same id, so readers that drop repeats by (key, id) see no difference. docs/replay.md tells more.`,
  examples: [
    ['replay --by-duration PT6H', 'shows what a replay of the last six hours would do'],
    ['replay --by-duration PT6H --execute', 'does it'],
    [
      'replay --to-datetime 2026-11-01T00:00:00Z --json',
      'shows for a script what a replay from a time would do',
    ],
    ['replay --to-earliest --partitions 0,3', 'of two partitions, from the oldest record there is'],
  ],
  async run({ options, env, signal }) {
    const target = targetOf(options, Date.now())
    const only = partitionsOf(options.partitions)
    const settings = readSettings(env, 'replay')
    const log = startLog('replay', env, settings)
    const { kafka, admin, atKafka } = kafkaTools(settings, { waitMs: KAFKA_MS, log, signal })
    try {
      await atKafka(() => admin.connect())
      const topics = await atKafka(() => admin.listTopics())
      if (!topics.includes(settings.RAW_TOPIC)) {
        const missing = 'does not exist, or may not be seen by this user'
        throw new UsageError(`The topic ${settings.RAW_TOPIC} ${missing}: check RAW_TOPIC`)
      }
      const place = createGroupPlace(kafka, admin, settings.CONSUMER_GROUP, settings.RAW_TOPIC)
      // Before the offsets are read: from then on nobody but a new member could change them.
      const members = await atKafka(() => place.members())
      if (options.execute && members.length > 0) throw new GroupInUseError(settings.CONSUMER_GROUP, members)
      const committed = await atKafka(() => stableOffsets(place, settings, log, signal))
      const standings = await atKafka(() => standingsOf(place, target, committed, only))
      const moves = planReplay(target, standings)
      if (options.execute) await atKafka(() => execute(place, moves))
      printReport(replayReport({ settings, moves, members, executed: options.execute }), options)
    } finally {
      await admin.disconnect()
    }
    return EXIT.done
  },
})

/** The offsets of every partition, once no transaction can change them any more. */
async function stableOffsets(
  place: GroupPlace,
  { CONSUMER_GROUP, RAW_TOPIC, TRANSACTION_TIMEOUT_MS }: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, CommittedOffset | null>> {
  const until = performance.now() + TRANSACTION_TIMEOUT_MS + UNSTABLE_GRACE_MS
  const { size } = await place.bounds()
  for (;;) {
    const stable = await place.stable()
    if (stable.size === size) {
      if ([...stable.values()].some(offset => offset !== null)) return stable
      throw new UsageError(
        `The group ${CONSUMER_GROUP} has no offsets on ${RAW_TOPIC}: check CONSUMER_GROUP, or say where a new ` +
          'group begins with `setup --start earliest` or `setup --start latest`',
      )
    }
    if (performance.now() > until) {
      throw new Error(
        `A transaction that should have timed out holds back ${size - stable.size} offsets of ${CONSUMER_GROUP}: ` +
          'see docs/runbook.md, HangingTransaction',
      )
    }
    log.warn(
      { event: 'offsets_unstable', partitions: size - stable.size },
      'A transaction is still open that may change offsets of the group; waiting for its end',
    )
    await sleep(UNSTABLE_RETRY_MS, undefined, { signal })
  }
}

async function standingsOf(
  place: GroupPlace,
  target: Target,
  committed: ReadonlyMap<number, CommittedOffset | null>,
  only: ReadonlySet<number> | null,
): Promise<Map<number, Standing>> {
  const bounds = await place.bounds()
  const atTime = target.kind === 'time' ? await place.offsetsAt(target.timestampMs) : null
  const missing = [...(only ?? [])].find(partition => !bounds.has(partition))
  if (missing !== undefined) {
    throw new UsageError(`--partitions names ${missing}: the topic has partitions 0 to ${bounds.size - 1}`)
  }
  const standings = [...bounds].map(([partition, ends]) => {
    const { offset, metadata } = committed.get(partition) ?? { offset: null, metadata: '' }
    const ledger = offset === null ? null : decodeLedger(metadata, offset)
    const replayEnd = ledger?.replayEnd ?? null
    return [
      partition,
      { ...ends, committed: offset, replayEnd, atTime: atTime?.get(partition) ?? null },
    ] as const
  })
  return new Map(standings.filter(([partition]) => only === null || only.has(partition)))
}

/** A partition that stays where it is keeps its ledger. */
async function execute(place: GroupPlace, moves: readonly Move[]): Promise<void> {
  const places = moves
    .filter(({ from, to }) => from !== to)
    .map(({ partition, to, replayEnd }) => {
      return [partition, { offset: to, metadata: encodeLedger(replayLedger(to, replayEnd)) }] as const
    })
  if (places.length > 0) await place.move(new Map(places))
}
