import { type Finding, fault, ok, warning } from './finding.ts'

export interface RegistryFacts {
  readonly subject: string
  /** Null: this program's schema is not registered. */
  readonly id: number | null
  /** Null: the subject has no level of its own. */
  readonly compatibility: string | null
}

const LEVEL = 'FULL_TRANSITIVE'

export function registryFindings({ subject, id, compatibility }: RegistryFacts): Finding[] {
  const what = `schema ${subject}`
  if (id === null) {
    return [
      fault(what, 'is not registered as this program has it', 'run `schema check`, then `schema register`'),
    ]
  }
  if (compatibility === LEVEL) return [ok(what, `registered, id ${id}, compatibility ${LEVEL}`)]
  const says = `compatibility is ${compatibility ?? 'unset'}, not ${LEVEL}: a later version may break readers`
  return [warning(what, says, 'run `schema register`')]
}
