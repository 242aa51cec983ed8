import { onTestFinished } from 'vitest'
import type { Health } from '#src/observe/health.ts'
import { createMetrics } from '#src/observe/metrics.ts'
import { createPipeline } from '#src/pipeline/pipeline.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import type {
  CommittedOffset,
  Delivery,
  GroupOffsets,
  GroupSession,
  RawSource,
  Round,
  TransactionError,
  Transactions,
} from '#src/ports.ts'
import { emptyLedger, encodeLedger } from '#src/processor/ledger.ts'
import type { ProcessorOptions } from '#src/processor/processor.ts'
import { Processor } from '#src/processor/processor.ts'
import { pipelineSettings, rawRecord } from './pipeline.ts'
import { VECTOR_USERS } from './vectors.ts'

const TOPIC = 'segment.raw'

/** What a group has committed that has yet to begin at this offset. */
export const at = (offset: number): CommittedOffset => ({
  offset,
  metadata: encodeLedger(emptyLedger(offset)),
})

/** An event of user 10 that is emitted. */
export const EVENT =
  '{"userId":10,"action":"Track","timestamp":"2014-08-27T16:33:39.215Z","receivedAt":"2014-08-27T16:33:40.0Z","properties":{"event_source":"mobile","event_type":"x","context":{}}}'
export const IGNORED = '{"action":"Track","properties":{"event_source":"server"}}'

/** One cluster in memory, and a log of every effect on it in order. */
export function fakeKafka(committed: Record<number, CommittedOffset | null | 'unstable'>) {
  const log: string[] = []
  const state = {
    log,
    session: null as GroupSession | null,
    committed: new Map(Object.entries(committed).map(([p, offset]) => [Number(p), offset])),
    bounds: new Map(Object.keys(committed).map(p => [Number(p), { low: 0, high: 1_000 }])),
    /** What the next commit does: throws this, after having taken place if `tookPlace`. */
    failures: [] as { error: TransactionError; tookPlace: boolean }[],
    openFailures: [] as Error[],
    /** Ids whose producer is not to be used again. */
    unusable: new Set<string>(),
    userFailures: [] as Error[],
    readiness: new Map<string, string>(),
    rounds: [] as Round[],
  }
  const source: RawSource = {
    session: () => state.session,
    lastAnswerAt: () => Date.now(),
    seek: (partition, offset) => void log.push(`seek ${partition} to ${offset}`),
    pause: partition => void log.push(`pause ${partition}`),
    resume: partition => void log.push(`resume ${partition}`),
  }
  const offsets: GroupOffsets = {
    async stable() {
      log.push('read stable offsets')
      return new Map([...state.committed].filter(([, o]) => o !== 'unstable')) as Map<
        number,
        CommittedOffset | null
      >
    },
    bounds: async () => state.bounds,
  }
  const transactions: Transactions = {
    async open(id) {
      const failure = state.openFailures.shift()
      log.push(`open ${id}${failure ? ' fails' : ''}`)
      if (failure) throw failure
      return {
        isUsable: () => !state.unusable.delete(id),
        async commit(round) {
          const failure = state.failures.shift()
          const places = [...round.offsets].map(([p, { offset }]) => `${p}@${offset}`)
          const { generationId, memberId } = round.session
          log.push(
            `commit ${places} of ${memberId}/${generationId}${failure ? ` ${failure.error.reason}` : ''}`,
          )
          if (!failure || failure.tookPlace) {
            state.rounds.push(round)
            for (const [partition, offset] of round.offsets) state.committed.set(partition, offset)
          }
          if (failure) throw failure.error
        },
        discard: () => void log.push(`discard ${id}`),
      }
    },
    settle: async ids => void log.push(`settle ${ids}`),
  }
  return { state, source, offsets, transactions }
}

export type FakeKafka = ReturnType<typeof fakeKafka>

/** A processor on it, running until the test is over. */
export function runProcessor(kafka: FakeKafka, overrides: Partial<ProcessorOptions> = {}) {
  const { state } = kafka
  const stop = new AbortController()
  const metrics = createMetrics({
    groups: ['processor', 'transactions', 'consumer'],
    topics: { read: [TOPIC], written: [] },
    build: { version: '0', revision: '0' },
  })
  const health: Health = {
    report: (component, { ready, reason }) =>
      void state.readiness.set(component, ready ? 'ready' : (reason ?? '')),
  }
  const silent = () => {}
  const lines: { event: string; [fact: string]: unknown }[] = []
  const noted = (facts: (typeof lines)[number]) => void lines.push(facts)
  const processor = new Processor({
    group: 'group',
    topic: TOPIC,
    source: kafka.source,
    offsets: kafka.offsets,
    transactions: kafka.transactions,
    pipeline: createPipeline(pipelineSettings()),
    users: {
      async find(ids) {
        const failure = state.userFailures.shift()
        state.log.push(`find ${ids}${failure ? ' fails' : ''}`)
        if (failure) throw failure
        return new Map(VECTOR_USERS.filter(({ id }) => ids.includes(id)).map(user => [user.id, user]))
      },
    },
    userGraceMs: 0,
    breaker: true,
    commitIntervalMs: 0,
    metrics,
    health,
    log: { debug: silent, info: noted, warn: noted, error: silent, fatal: silent },
    stop: stop.signal,
    ...overrides,
  })
  const running = processor.run()
  running.catch(() => {})
  onTestFinished(async () => {
    stop.abort()
    await Promise.allSettled([running])
  })
  return {
    processor,
    running,
    /** What the log says, but for its sentences. */
    lines,
    async stop() {
      stop.abort()
      await running
    },
    /** The value of one series, as Prometheus would see it. */
    async metric(series: string): Promise<number> {
      const line = (await metrics.text()).split('\n').find(text => text.startsWith(`segedx_${series} `))
      return Number(line?.split(' ').at(-1))
    },
  }
}

export const session = (generationId: number, ...partitions: number[]): GroupSession => ({
  generationId,
  memberId: 'me',
  partitions: new Set(partitions),
})

export interface Batch {
  readonly partition: number
  readonly offset: number
  readonly values: readonly string[]
  readonly timestamp?: number
  /** Each record has a key of its own, beginning with this number. */
  readonly keysFrom?: number
  readonly headers?: RawRecord['headers']
  /** Offsets behind the last record that hold none. */
  readonly gap?: number
}

export function delivery(
  of: GroupSession,
  { partition, offset, values, timestamp = 1_409_157_219_300, gap = 0, keysFrom, headers = {} }: Batch,
  signal: AbortSignal = new AbortController().signal,
): Delivery {
  const records: RawRecord[] = values.map((value, i) =>
    rawRecord(value, {
      ...{ partition, offset: offset + i, timestamp, headers },
      ...(keysFrom !== undefined && { key: Buffer.from(String(keysFrom + i)) }),
    }),
  )
  const nextOffset = offset + values.length + gap
  return {
    session: of,
    partition,
    fetchedOffset: offset,
    nextOffset,
    highWatermark: nextOffset,
    records,
    signal,
  }
}
