/**
 * What a label can hold: a closed list; or a topic that is read or written, known from the settings; or a
 * partition, which comes and goes; or what is known once, at start. Never anything out of an event.
 */
export type LabelValues = readonly string[] | 'read topic' | 'written topic' | 'partition' | 'at start'
export type LabelSpecs = Readonly<Record<string, LabelValues>>

interface Instrument<L extends LabelSpecs> {
  readonly labels: L
  readonly help: string
  /** Label sets that cannot occur are not shown at 0. */
  readonly canBe?: (labels: Readonly<Record<string, string>>) => boolean
  /** Not shown until it is first set, since 0 would say something wrong. */
  readonly absentAtFirst?: true
}
export interface Counter<L extends LabelSpecs = LabelSpecs> extends Instrument<L> {
  readonly kind: 'counter'
}
export interface Gauge<L extends LabelSpecs = LabelSpecs> extends Instrument<L> {
  readonly kind: 'gauge'
}
export interface Histogram<L extends LabelSpecs = LabelSpecs> extends Instrument<L> {
  readonly kind: 'histogram'
  /** Upper bounds, in the unit that the name ends with. */
  readonly buckets: readonly number[]
}
export type AnyInstrument = Counter | Gauge | Histogram

type Extras = Pick<Instrument<LabelSpecs>, 'canBe' | 'absentAtFirst'>

export function counter<const L extends LabelSpecs = Record<string, never>>(
  help: string,
  labels?: L,
  extras?: Extras,
): Counter<L> {
  return { kind: 'counter', help, labels: labels ?? ({} as L), ...extras }
}

export function gauge<const L extends LabelSpecs = Record<string, never>>(
  help: string,
  labels?: L,
  extras?: Extras,
): Gauge<L> {
  return { kind: 'gauge', help, labels: labels ?? ({} as L), ...extras }
}

export function histogram<const L extends LabelSpecs = Record<string, never>>(
  help: string,
  buckets: readonly number[],
  labels?: L,
): Histogram<L> {
  return { kind: 'histogram', help, buckets, labels: labels ?? ({} as L) }
}
