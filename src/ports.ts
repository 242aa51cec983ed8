/*
 * Every effect of the product as an interface, on one screen. Adapters implement them, shells use them, and
 * only `commands/` brings the two together. All of them throw when what stands behind is down or broken:
 * bad data is never an exception here.
 */
import type { OutputRecord } from './pipeline/output-record.ts'
import type { Headers, RawRecord, User } from './pipeline/shapes.ts'

/** Finds users by primary key; an id without a user is missing from the map. */
export interface UserDirectory {
  find(ids: readonly number[]): Promise<ReadonlyMap<number, User>>
  /** A user for whom nobody has to be asked. Whoever uses it calls `find` afterwards, for all the others or for none. */
  known?(id: number): User | undefined
}

/** An event as the webhook received it. */
export interface RawEvent {
  readonly key: Buffer | null
  /** The sender's bytes, exactly. */
  readonly value: Buffer
  /** Milliseconds since the epoch: when it was received. */
  readonly timestamp: number
  readonly headers: Readonly<Record<string, string>>
}

/** The raw topic, for writing. */
export interface RawLog {
  /**
   * Resolves once every event is acknowledged by all in-sync replicas of its partition. Throws, within a time
   * that the log sets itself, if that cannot be said of one of them; any of them may be stored all the same.
   */
  append(events: readonly RawEvent[]): Promise<void>
}

/** One membership of the consumer group, the same object from one rebalance to the next. */
export interface GroupSession {
  readonly generationId: number
  readonly memberId: string
  /** Partitions of the raw topic that it was given. */
  readonly partitions: ReadonlySet<number>
}

/** Records in order, such as an array of them; or each is made when it is asked for, and soon forgotten. */
export interface RawRecords {
  readonly length: number
  at(index: number): RawRecord | undefined
}

/** What one fetch brought of one partition. */
export interface Delivery {
  readonly session: GroupSession
  readonly partition: number
  /** The offset that was asked for. */
  readonly fetchedOffset: number
  /** The offset behind the last record. */
  readonly nextOffset: number
  /** The end of the partition at that time. */
  readonly highWatermark: number
  readonly records: RawRecords
  /** Aborted once the membership is in question: what is not begun yet should be let go. */
  readonly signal: AbortSignal
}

/** How a delivery ended: committed up to an offset, to be fetched again (from where, if that is known), or the membership is lost. */
export type DeliveryResult =
  | { readonly committedTo: number }
  | { readonly again: true; readonly from?: number }
  | { readonly rejoin: Error }

/** The raw topic, for reading as a member of the consumer group. */
export interface RawSource {
  /** Null while this process is no member: before it first joins, and once the group has gone on without it. */
  session(): GroupSession | null
  /** When a broker last answered it, of `Date.now()`. */
  lastAnswerAt(): number
  /** Goes on with the record of this offset. */
  seek(partition: number, offset: number): void
  /** Fetches no more of the partition until it is resumed; a rebalance does not do that. */
  pause(partition: number): void
  resume(partition: number): void
}

export interface CommittedOffset {
  readonly offset: number
  readonly metadata: string
}

/** A stretch of a partition: from an offset up to another, which is not part of it. */
export interface Span {
  readonly from: number
  /** Infinity: also what is yet to come. */
  readonly to: number
}
export type Spans = ReadonlyMap<number, Span>

/** Any topic, for reading what is committed there as a member of no group. */
export interface TopicReader {
  /**
   * What each partition holds now; given a time, without the records before the first that is not older.
   * Later ones may be older all the same. Throws TopicNotFoundError.
   */
  spans(topic: string, since?: number): Promise<Spans>
  /** The records of these stretches, in order in each partition. Throws the signal's reason once that is aborted. */
  read(topic: string, spans: Spans, signal: AbortSignal): AsyncIterable<RawRecord>
}

/** A record with the partition that it goes to. */
export interface PlacedRecord {
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly headers: Headers
}

/** One topic, for writing what has its place already. */
export interface TopicWriter {
  /** The partition of so many that a key belongs to; records without a key take turns. */
  partitionOf(key: Buffer | null, partitions: number): number
  /**
   * Resolves with the offset of each record once all are acknowledged by all in-sync replicas. After it has thrown
   * any of them may be stored, and nothing more may be written with it.
   */
  append(records: readonly PlacedRecord[]): Promise<number[]>
}

/** Something that one process at a time may do. */
export interface Lock {
  /** Throws LockLostError unless it is certain that nobody else has the lock now. */
  check(): void
  release(): Promise<void>
}

export class LockHeldError extends Error {
  override readonly name = 'LockHeldError'
}

export class LockLostError extends Error {
  override readonly name = 'LockLostError'
}

export class TopicNotFoundError extends Error {
  override readonly name = 'TopicNotFoundError'
}

/** What the group has committed, and where the raw topic begins and ends. */
export interface GroupOffsets {
  /** Null: nothing is committed. A partition whose offset an open transaction may still change is missing. */
  stable(): Promise<ReadonlyMap<number, CommittedOffset | null>>
  bounds(): Promise<ReadonlyMap<number, { readonly low: number; readonly high: number }>>
}

/** The same, for tools that set it while the group has no members. */
export interface GroupPlace extends GroupOffsets {
  /** Who is in the group, for a person to find. */
  members(): Promise<readonly string[]>
  /** By partition the offset of the first record of this time or later; the log's end where there is none. */
  offsetsAt(timestampMs: number): Promise<ReadonlyMap<number, number>>
  /** Commits these and reads them back. Throws GroupInUseError. */
  move(places: ReadonlyMap<number, CommittedOffset>): Promise<void>
}

/** The group has members; its offsets are theirs. */
export class GroupInUseError extends Error {
  override readonly name = 'GroupInUseError'
  constructor(group: string, members: readonly string[]) {
    super(`The group ${group} is in use by ${members.join(', ')}: stop the processors first`)
  }
}

/** What one transaction makes true: all of it or nothing. */
export interface Round {
  readonly session: GroupSession
  readonly records: readonly OutputRecord[]
  readonly offsets: ReadonlyMap<number, CommittedOffset>
}

export interface TransactionalProducer {
  /** False: something happened meanwhile, so that another has to be opened in its place. */
  isUsable(): boolean
  /**
   * Throws TransactionError; whether the transaction took place may then be unknown, and the producer is spent. Where it
   * does not throw, the records' bytes may be written over: nobody may look at them again.
   */
  commit(round: Round): Promise<void>
  discard(): void
}

export interface Transactions {
  /** A producer under this id. Earlier ones of the id are fenced, and their open transaction is settled. */
  open(transactionalId: string): Promise<TransactionalProducer>
  /** Only settles what producers of these ids left open; tries until it is done or told to stop. */
  settle(transactionalIds: readonly string[], signal: AbortSignal): Promise<void>
}

export type AbortReason =
  | 'fenced'
  | 'timeout'
  | 'produce_failed'
  | 'offset_commit_failed'
  | 'rebalance'
  | 'internal'

/** A transaction failed, or may have. `rebalance`: the group does not know the member of the batches any more. */
export class TransactionError extends Error {
  override readonly name = 'TransactionError'
  readonly reason: AbortReason
  constructor(reason: AbortReason, cause: Error) {
    super(cause.message, { cause })
    this.reason = reason
  }
}

/** The schema registry could not find a schema that it was asked for; registering it is what mends that. */
export class SchemaNotFoundError extends Error {
  override readonly name = 'SchemaNotFoundError'
}

/** Compatibility levels of a registry; TRANSITIVE: with every version, not only the last. */
type Compatibility = 'NONE' | `${'BACKWARD' | 'FORWARD' | 'FULL'}${'' | '_TRANSITIVE'}`

export interface SchemaVersion {
  readonly version: number
  readonly id: number
  readonly schema: string
}

/** A Confluent-compatible schema registry. Schemas are Avro as JSON text; white space in it does not count. */
export interface SchemaRegistry {
  /** The id of exactly this schema under the subject, asked for by content. Throws SchemaNotFoundError. */
  idOf(subject: string, schema: string): Promise<number>
  /** Registers the schema, or finds it registered, and returns its id. */
  register(subject: string, schema: string): Promise<number>
  /** Null where the subject has no level of its own. */
  compatibility(subject: string): Promise<Compatibility | null>
  /** Also before the subject has a schema. */
  setCompatibility(subject: string, level: Compatibility): Promise<void>
  /** Whether the registry would take the schema, by the level of the subject. */
  isCompatible(subject: string, schema: string): Promise<boolean>
  /** All versions, the oldest first; none of a subject that is not there. */
  versions(subject: string): Promise<SchemaVersion[]>
  /** The schema that records of this id were written with. Throws SchemaNotFoundError. */
  schemaOf(id: number): Promise<string>
}
