import { type Finding, fault, ok, warning } from './finding.ts'

export interface GroupFacts {
  readonly group: string
  readonly members: readonly string[]
  /** The group's offsets by partition; null: none; missing: a transaction may still change it. */
  readonly committed: ReadonlyMap<number, number | null>
  readonly bounds: ReadonlyMap<number, { readonly low: number; readonly high: number }>
}

/** Where the group stands on the raw topic, and who works in it. */
export function groupFindings(facts: GroupFacts): Finding[] {
  const { group, committed, bounds } = facts
  const what = `group ${group}`
  if (committed.size > 0 && [...committed.values()].every(offset => offset === null)) {
    return [
      fault(what, 'has no offsets: no processor starts', 'run `setup --start earliest` or `--start latest`'),
    ]
  }
  const findings = [...bounds].flatMap(([partition, ends]) => {
    const place = `${what}, partition ${partition}`
    return partitionFindings(place, committed.get(partition), ends)
  })
  return [...findings, standingOf(what, facts)]
}

function partitionFindings(
  what: string,
  offset: number | null | undefined,
  { low, high }: { readonly low: number; readonly high: number },
): Finding[] {
  if (offset === undefined) {
    const says = 'its offset is held back by a transaction that is still open'
    return [warning(what, says, 'if it stays so, docs/runbook.md, HangingTransaction')]
  }
  if (offset === null) {
    return [warning(what, 'has no offset: processors begin it at its oldest record', 'run `setup` to say so')]
  }
  if (offset >= low && offset <= high) return []
  const says =
    offset < low
      ? `${low - offset} records were deleted before they were processed`
      : `its offset ${offset} is beyond the log's end ${high}`
  return [
    fault(
      what,
      `${says}; it stands still`,
      'docs/runbook.md, HaltedPartition: `replay` says where it goes on',
    ),
  ]
}

function standingOf(what: string, { members, committed, bounds }: GroupFacts): Finding {
  const lag = [...bounds].reduce(
    (sum, [p, { low, high }]) => sum + Math.max(0, high - (committed.get(p) ?? low)),
    0,
  )
  const says = `${members.length} at work, ${lag} records behind`
  if (members.length > 0 || lag === 0) return ok(what, says)
  return warning(what, says, 'start processors')
}
