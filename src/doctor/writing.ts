import { type Finding, ok, warning } from './finding.ts'

const WHAT = 'write permission'

/**
 * Whether the commands that write may do so as this user. No fault: they may well run as users of their own, and be
 * allowed what this one is not. `writers` has the topics of each command; of those that are not seen nothing is said.
 */
export function writingFindings(
  writers: Readonly<Record<string, readonly string[]>>,
  mayWrite: ReadonlyMap<string, boolean>,
): Finding[] {
  const refused = Object.entries(writers).flatMap(([command, topics]) => {
    const closed = topics.filter(topic => mayWrite.get(topic) === false)
    return closed.length === 0 ? [] : [{ command, topics: closed.join(' and ') }]
  })
  if (refused.length === 0 && mayWrite.size > 0)
    return [ok(WHAT, `all ${mayWrite.size} topics may be written to`)]
  return refused.map(({ command, topics }) =>
    warning(
      WHAT,
      `this user may not write to ${topics}, as \`${command}\` does`,
      `allow it, unless another user runs \`${command}\`: docs/security.md lists what each has to be allowed`,
    ),
  )
}
