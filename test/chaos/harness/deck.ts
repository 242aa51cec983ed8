import type { Random } from '../../../dev/demo/random.ts'
import { FAULTS, type FaultName } from './faults.ts'

/** How often each fault befalls in ten minutes; in any run, at least once. */
const IN_TEN_MINUTES: Readonly<Record<FaultName, number>> = {
  kill: 22,
  pause: 12,
  hiccup: 3,
  rolling_restart: 2,
  scale: 2,
  broker_kill: 5,
  broker_restart: 4,
  registry_down: 3,
  database_down: 3,
  database_slow: 1,
  database_silent: 1,
  errors_refused: 1,
  network_cut: 3,
  commit_not_sent: 3,
  commit_not_answered: 3,
  commit_late: 2,
  bridge_kill: 2,
  bridge_restart: 1,
}

const CALM_START_MS = 5_000
const CALM_END_MS = 20_000

export interface Planned {
  readonly atMs: number
  readonly name: FaultName
}

/** The faults of a run, of all kinds or of some, so and so often; the same for the same chance: dealt from a shuffled deck, at uneven times. */
export function deal(
  minutes: number,
  random: Random,
  only?: ReadonlyMap<FaultName, number | null>,
): Planned[] {
  const names = (Object.keys(FAULTS) as FaultName[]).filter(name => only?.has(name) ?? true)
  const deck = names.flatMap(name => {
    const count = only?.get(name) ?? Math.max(1, Math.round((IN_TEN_MINUTES[name] * minutes) / 10))
    return Array.from({ length: count }, () => name)
  })
  for (let i = deck.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[deck[i], deck[j]] = [deck[j] as FaultName, deck[i] as FaultName]
  }
  const step = (minutes * 60_000 - CALM_START_MS - CALM_END_MS) / deck.length
  return deck.map((name, i) => ({ name, atMs: Math.round(CALM_START_MS + step * (i + random.next() / 2)) }))
}
