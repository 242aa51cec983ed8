import type { Settings } from '../config.ts'
import type { Move } from '../replay/plan.ts'
import { figure, type Report, tableOf } from './report.ts'

interface Outcome {
  readonly settings: Pick<Settings, 'CONSUMER_GROUP' | 'RAW_TOPIC'>
  readonly moves: readonly Move[]
  /** Who is in the group, and in the way. */
  readonly members: readonly string[]
  readonly executed: boolean
}

const HEAD = ['partition', 'current', 'new', 'done again', 'skipped', 'note']

/** What a replay does, or would do. */
export function replayReport({ settings, moves, members, executed }: Outcome): Report {
  const { CONSUMER_GROUP: group, RAW_TOPIC: topic } = settings
  const partitions = moves.map(({ partition, from, to, again, skipped, notes }) => {
    return { partition, current: from, new: to, again, skipped, notes }
  })
  const rows = moves.map(({ partition, from, to, again, skipped, notes }) => {
    const all = from === to ? ['stays', ...notes] : notes
    return [partition, from ?? '-', to, figure(again), figure(skipped), all.join('; ')]
  })
  const sum = (of: 'again' | 'skipped') => figure(moves.reduce((total, move) => total + move[of], 0))
  const what = `${sum('again')} records done again, ${sum('skipped')} skipped`
  return {
    facts: { group, topic, executed, members, partitions },
    parts: [
      tableOf(HEAD, rows),
      executed
        ? `Moved, and read back: ${what}. The processors can be started.`
        : `Nothing is changed yet: ${what}. --execute does it.`,
      executed || members.length === 0
        ? ''
        : `The group ${group} is in use by ${members.join(', ')}: stop the processors first.`,
    ],
  }
}
