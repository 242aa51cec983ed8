import { decodeLedger } from '#src/processor/ledger.ts'
import type { Reading } from '../../../dev/stack/java-reader.ts'
import { expectedOf, type Fate } from './events.ts'

export interface RawSeen {
  readonly partition: number
  readonly offset: number
  readonly serial: number
}

/** A record of the output or the error topic, in the order in which it was read of its partition. */
export interface OutcomeSeen {
  readonly kind: 'emitted' | 'rejected'
  readonly partition: number
  readonly offset: number
  readonly source: { readonly partition: number; readonly offset: number }
  /** Of an emitted one, by its id. */
  readonly serial?: number
  readonly reason?: string
}

export interface Observation {
  readonly rawTopic: string
  readonly raw: readonly RawSeen[]
  readonly outcomes: readonly OutcomeSeen[]
  /** The same by a reader that followed the topics all the time. */
  readonly followed: readonly OutcomeSeen[]
  readonly reading: Reading
  /** Every event below this number was answered 200. */
  readonly answered: number
}

export interface Verdict {
  readonly counts: Readonly<Record<'raw' | 'emitted' | 'rejected' | 'ignored', number>>
  readonly duplicates: number
  readonly lost: number
  /** Empty: every promise was kept. */
  readonly faults: readonly string[]
}

type Counts = Record<Fate, number>
const none = (): Counts => ({ emitted: 0, rejected: 0, ignored: 0 })
const place = ({ partition, offset }: { partition: number; offset: number }) => `${partition}:${offset}`

/** Holds what is on the topics against what had to become of each raw record. */
export function judge(observation: Observation): Verdict {
  const { raw, outcomes, answered, reading } = observation
  const faults: string[] = []
  const found = new Map<string, OutcomeSeen[]>()
  for (const outcome of outcomes) {
    const key = place(outcome.source)
    const others = found.get(key)
    if (others) others.push(outcome)
    else found.set(key, [outcome])
  }

  let duplicates = 0
  let lost = 0
  const totals = none()
  const counts = new Map<number, Counts>()
  for (const record of raw) {
    const { fate, reason } = expectedOf(record.serial)
    const seen = found.get(place(record)) ?? []
    found.delete(place(record))
    const own = counts.get(record.partition) ?? none()
    counts.set(record.partition, own)
    own[fate]++
    totals[fate]++
    const wanted = fate === 'ignored' ? 0 : 1
    duplicates += Math.max(0, seen.length - wanted)
    lost += Math.max(0, wanted - seen.length)
    const [outcome] = seen
    const isRight =
      seen.length === wanted &&
      (!outcome ||
        (outcome.kind === fate &&
          (outcome.serial === record.serial || outcome.serial === undefined) &&
          outcome.reason === reason))
    if (!isRight) {
      const is = seen.map(one => `${one.kind} ${one.reason ?? ''}`).join(' and ') || 'nowhere'
      faults.push(`raw ${place(record)}, event ${record.serial}, should be ${fate}, and is ${is}`)
    }
  }
  for (const key of found.keys()) faults.push(`an outcome names raw ${key}, which is not there`)
  faults.push(...orderFaults(outcomes), ...followedFaults(observation), ...missing(raw, answered))
  faults.push(...offsetFaults(observation.rawTopic, reading, counts))
  return { counts: { raw: raw.length, ...totals }, duplicates, lost, faults }
}

/** Records of one raw partition stand in its order. */
function orderFaults(outcomes: readonly OutcomeSeen[]): string[] {
  const last = new Map<string, number>()
  return outcomes.flatMap(({ kind, partition, source }) => {
    const lane = `${kind} ${partition} of raw ${source.partition}`
    const before = last.get(lane) ?? -1
    last.set(lane, source.offset)
    return source.offset > before ? [] : [`out of order in ${lane}: ${source.offset} after ${before}`]
  })
}

/** A read_committed reader that was there all the time has seen what is there in the end, no more and no less. */
function followedFaults({ outcomes, followed }: Observation): string[] {
  const byLane = (seen: readonly OutcomeSeen[]) => {
    const lanes = new Map<string, string[]>()
    for (const outcome of seen) {
      const lane = `${outcome.kind} ${outcome.partition}`
      const one = `${outcome.offset} of raw ${place(outcome.source)}`
      const others = lanes.get(lane)
      if (others) others.push(one)
      else lanes.set(lane, [one])
    }
    return lanes
  }
  const [now, then] = [byLane(outcomes), byLane(followed)]
  return [...new Set([...now.keys(), ...then.keys()])].flatMap(lane => {
    const [a, b] = [now.get(lane) ?? [], then.get(lane) ?? []]
    const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find(i => a[i] !== b[i])
    return at === undefined ? [] : [`the reader beside it saw ${lane} differ: ${b[at]}, and now ${a[at]}`]
  })
}

/** What the bridge has answered 200 for is stored. */
function missing(raw: readonly RawSeen[], answered: number): string[] {
  const stored = new Set(raw.map(({ serial }) => serial))
  const lost = Array.from({ length: answered }, (_, serial) => serial).filter(serial => !stored.has(serial))
  return lost.map(serial => `the bridge answered 200 for event ${serial}, which is not on the raw topic`)
}

/** All is committed, the totals agree, and no transaction is open. */
function offsetFaults(rawTopic: string, { ends, committed }: Reading, counts: Map<number, Counts>): string[] {
  const faults: string[] = []
  for (const { topic, partition, lastStableOffset, highWatermark } of ends) {
    if (lastStableOffset !== highWatermark) faults.push(`a transaction is open on ${topic}-${partition}`)
    if (topic !== rawTopic) continue
    const { offset, metadata } = committed.find(c => c.topic === topic && c.partition === partition) ?? {
      offset: -1,
      metadata: '',
    }
    if (offset !== highWatermark)
      faults.push(`partition ${partition} is committed to ${offset} of ${highWatermark}`)
    const ledger = decodeLedger(metadata, offset)
    const own = counts.get(partition) ?? none()
    const agrees = ledger && (Object.keys(own) as Fate[]).every(fate => ledger[fate] === own[fate])
    if (!agrees)
      faults.push(`the totals of partition ${partition} are ${metadata}, and counted ${JSON.stringify(own)}`)
  }
  return faults
}
