import { canonical } from './canonical.ts'
import type { LoggedEvent } from './logged-event.ts'

/** One event as both sides have it, and the paths of the fields that differ. */
export interface Pair {
  readonly there: LoggedEvent
  readonly here: LoggedEvent
  readonly paths: readonly string[]
}

export interface Pairing {
  readonly pairs: readonly Pair[]
  readonly onlyThere: readonly LoggedEvent[]
  readonly onlyHere: readonly LoggedEvent[]
}

interface Pass {
  /** Fields that have to be equal. */
  readonly same: readonly string[]
  /** How many of the others may differ. */
  readonly most: number
}

const USER = 'context.user_id'
const RECEIVED = 'context.received_at'
/**
 * A log holds no id of its events, so that they are told by who, when and what: by all of that first, and then,
 * for what one of these fields alone distinguishes, by the rest of it.
 */
const PASSES: readonly Pass[] = [
  { same: [USER, 'time', RECEIVED, 'name'], most: Infinity },
  { same: [USER, 'time', RECEIVED], most: Infinity },
  { same: ['time', RECEIVED], most: 2 },
  { same: [USER, 'time'], most: 2 },
  { same: [USER, RECEIVED], most: 2 },
]
/** Of events that share all of that, as many are tried. */
const MOST_TRIED = 100

/** Pairs what is the same event but for some fields. */
export function pairUp(there: readonly LoggedEvent[], here: readonly LoggedEvent[]): Pairing {
  const pairs: Pair[] = []
  let left = there
  const open = new Set(here)
  for (const pass of PASSES) {
    const byKey = new Map<string, LoggedEvent[]>()
    for (const event of open) {
      const key = keyOf(event, pass)
      byKey.set(key, [...(byKey.get(key) ?? []), event])
    }
    left = left.filter(event => {
      const candidates = (byKey.get(keyOf(event, pass)) ?? []).filter(other => open.has(other))
      const pair = nearest(event, candidates.slice(0, MOST_TRIED))
      if (!pair || pair.paths.length > pass.most) return true
      open.delete(pair.here)
      pairs.push(pair)
      return false
    })
  }
  return { pairs, onlyThere: left, onlyHere: [...open] }
}

const textOf = ({ fields }: LoggedEvent, path: string): string => {
  const value = fields.get(path)
  return value ? canonical(value) : ''
}

const keyOf = (event: LoggedEvent, { same }: Pass): string => same.map(path => textOf(event, path)).join('\n')

function nearest(there: LoggedEvent, candidates: readonly LoggedEvent[]): Pair | null {
  let best: Pair | null = null
  for (const here of candidates) {
    const paths = [...new Set([...there.fields.keys(), ...here.fields.keys()])].filter(
      path => textOf(there, path) !== textOf(here, path),
    )
    if (!best || paths.length < best.paths.length) best = { there, here, paths }
  }
  return best
}
