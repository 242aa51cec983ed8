import { type Finding, ok, warning } from './finding.ts'

export interface TrafficFacts {
  /** The rule set that is set. */
  readonly rules: string
  /** Raw records that were looked at, the newest. */
  readonly looked: number
  /** By the name of another rule set, those that have the form of its events and are not let through. */
  readonly ofOthers: ReadonlyMap<string, number>
}

const WHAT = 'rules'

/** Whether what arrives is meant for the rule set that is set: under the wrong one all of it is ignored. */
export function trafficFindings({ rules, looked, ofOthers }: TrafficFacts): Finding[] {
  if (looked === 0) return []
  const most = [...ofOthers].find(([, count]) => 2 * count > looked)
  if (most) {
    const [other, count] = most
    const says = `RULES is ${rules}, and of the newest ${looked} raw records ${count} have the form of events for RULES=${other}`
    const mend = `set RULES=${other}, start the processors anew, and do with \`replay\` what was ignored`
    return [warning(WHAT, says, mend)]
  }
  const strange = [...ofOthers.values()].reduce((sum, count) => sum + count, 0)
  return [
    ok(
      WHAT,
      `of the newest ${looked} raw records ${strange} have the form of events for other than RULES=${rules}`,
    ),
  ]
}
