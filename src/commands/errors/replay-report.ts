import { VERDICTS, type Verdict } from '../../errors/choice.ts'
import type { Settled } from '../../errors/settle.ts'
import type { Outcome } from '../../pipeline/shapes.ts'
import { figure, type Report, tableOf } from '../report.ts'

const NAMES = Object.keys(VERDICTS) as Verdict[]

/** What a run found and did. */
export interface Tally {
  /** Records that were sent; in a dry run, that would be. */
  count: number
  settled: Settled
  choose(reason: string, verdict: Verdict): void
  try(outcome: Outcome): void
  readonly byReason: ReadonlyMap<string, Record<Verdict, number>>
  readonly tried: Record<Outcome['kind'], number>
}

export function createTally(): Tally {
  const byReason = new Map<string, Record<Verdict, number>>()
  const tried = { emitted: 0, ignored: 0, rejected: 0 }
  return {
    count: 0,
    settled: { found: 0, notSent: 0, unknown: 0 },
    choose(reason, verdict) {
      const own = byReason.get(reason) ?? { send: 0, repeated: 0, sent: 0, in_doubt: 0, capped: 0 }
      byReason.set(reason, own)
      own[verdict]++
    },
    try: ({ kind }) => void tried[kind]++,
    byReason,
    tried,
  }
}

interface Run {
  readonly execute: boolean
  readonly try: boolean
  readonly rawTopic: string
}

export function tallyReport({ count, settled, byReason, tried }: Tally, run: Run): Report {
  const rows = [...byReason].sort().map(([reason, own]) => [reason, ...NAMES.map(name => figure(own[name]))])
  const total = (name: Verdict) => [...byReason.values()].reduce((sum, own) => sum + own[name], 0)
  const shown = NAMES.filter(name => name !== 'send' && total(name) > 0)
  return {
    facts: {
      execute: run.execute,
      [run.execute ? 'sent' : 'toSend']: count,
      reasons: [...byReason].map(([reason, own]) => ({ reason, ...own })),
      ...(run.try && { tried }),
      ...(run.execute && { settled }),
    },
    parts: [
      tableOf(['reason', ...NAMES.map(name => name.replaceAll('_', ' '))], rows),
      ...shown.map(name => `${name.replaceAll('_', ' ')}: ${VERDICTS[name]}`),
      run.try ? triedText(tried) : '',
      run.execute ? settledText(settled) : '',
      run.execute
        ? `${figure(count)} records sent to ${run.rawTopic}`
        : `Nothing is sent without --execute, which would send ${figure(count)} records to ${run.rawTopic}`,
    ],
  }
}

const triedText = ({ emitted, ignored, rejected }: Tally['tried']) =>
  `Tried with today's rules and users: ${figure(emitted)} would pass, ${figure(ignored)} would be ignored, ` +
  `${figure(rejected)} would be rejected again and are left out`

function settledText({ found, notSent, unknown }: Settled): string {
  if (found + notSent + unknown === 0) return ''
  const doubt =
    unknown > 0 ? `, ${figure(unknown)} nobody can tell any more: they stay in doubt, unless --again` : ''
  return `Of a run that was cut off: ${figure(found)} records had been sent, ${figure(notSent)} had not${doubt}`
}
