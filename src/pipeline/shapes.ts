/*
 * What an event is after each stage, left to right. Glossary:
 *
 *   raw record      what the bridge put on the raw topic: the sender's bytes and where they stand in Kafka
 *   draft           an event while the rules read it; each rule that holds adds what it found
 *   tracking event  the fields of an edX tracking-log line (eleven by the seed's rules, fourteen by today's), plus `id`
 *   output record   a Kafka record for the output topic (Avro) or the error topic (the raw bytes and why)
 *   outcome         emitted, ignored or rejected: each raw record has exactly one
 */
import type { OutputRecord } from './output-record.ts'
import type { IgnoredCode, ReasonCode, RejectedCode } from './reasons.ts'

/** Header values as kafkajs hands them over; a repeated header is a list. */
export type HeaderValue = Buffer | string
export type Headers = Readonly<Record<string, HeaderValue | HeaderValue[] | undefined>>

/** A record of the raw topic. `value` null is a tombstone. */
export interface RawRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch: when the webhook received it. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Headers
}

/** A row of edX's user table. `id` is within ±(2^53 − 1); ids beyond are unknown without asking. */
export interface User {
  readonly id: number
  readonly username: string
}

/** JSON text that stands where a field of the tracking log usually holds a string. */
export class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Text as the sender's own UTF-8, from `start` to `end`: most of it is only ever copied. */
export class Utf8Slice {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes
    this.start = start
    this.end = end
  }

  get byteLength(): number {
    return this.end - this.start
  }

  copyTo(target: Buffer, at: number): void {
    const { bytes, start, end } = this
    if (end - start < SHORT_COPY) {
      const shift = at - start
      for (let i = start; i < end; i++) target[i + shift] = bytes[i] as number
    } else target.set(bytes.subarray(start, end), at)
  }

  toString(): string {
    return this.bytes.toString('utf8', this.start, this.end)
  }
}

/** Below this length bytes are faster copied here than by a call out of JavaScript. */
const SHORT_COPY = 48

/** Text as it will be written: it knows how many bytes of UTF-8 it is. */
interface Utf8 {
  readonly byteLength: number
  copyTo(target: Buffer, at: number): void
  toString(): string
}

/** Text that is to be written as UTF-8, or that already is. */
export type Text = string | Utf8

/** A field that holds whatever the sender put there; text almost always. */
export type Loose = Text | null | JsonText

/** Microseconds since the epoch, UTC; years 0001 to 9999. A bigint only where a number would not be exact. */
export type Micros = number | bigint

/** What the tracking log holds under `context`. `undefined` is absent, which differs from null. */
export interface TrackingContext {
  readonly user_id: number
  readonly course_id: Loose | undefined
  readonly org_id: Loose | undefined
  readonly path: Loose | undefined
  readonly received_at: Micros
  /** JSON text. */
  readonly client: Text | undefined
  /** JSON text of an object with every other key, or undefined where there is none. */
  readonly other: Text | undefined
}

/** The fields of the tracking-log line, and `id`, by which readers drop repeats. */
export interface TrackingEvent {
  readonly id: Text
  readonly username: string
  readonly event_type: Loose
  readonly name: Loose
  readonly event_source: Loose
  readonly time: Micros
  readonly context: TrackingContext
  readonly page: Loose
  readonly host: Loose
  readonly agent: Loose
  readonly ip: Loose
  /** JSON text. */
  readonly event: Text
  /** This and the next two are not in the seed's line: there they are undefined. */
  readonly session: Loose | undefined
  readonly referer: Loose | undefined
  readonly accept_language: Loose | undefined
}

export type Outcome =
  | { readonly kind: 'emitted'; readonly record: OutputRecord; readonly courseIdUnparsed: boolean }
  | NotEmitted

export type NotEmitted = (
  | { readonly kind: 'ignored'; readonly reason: IgnoredCode }
  | { readonly kind: 'rejected'; readonly reason: RejectedCode; readonly record: OutputRecord }
) & {
  /** Another rule set, where the event has the form of that set's events and not of its own rule set's. */
  readonly otherRules?: string
}

/** What a rule says: null where it holds, else why the event goes no further. */
export type Verdict = ReasonCode | null
