type Level = 'ok' | 'warning' | 'fault'

/** One thing that was looked at. Never a secret, nor anything out of an event. */
export interface Finding {
  readonly level: Level
  /** Such as `topic segment.raw`. */
  readonly what: string
  readonly says: string
  /** How it is put right; where all is well there is nothing to mend. */
  readonly mend?: string
}

/** Something to look at. What it throws is a fault of what it is called. */
export interface Examination {
  readonly what: string
  readonly mend: string
  examine(): Promise<readonly Finding[]>
}

export const ok = (what: string, says: string): Finding => ({ level: 'ok', what, says })
export const warning = (what: string, says: string, mend: string): Finding => ({
  level: 'warning',
  what,
  says,
  mend,
})
export const fault = (what: string, says: string, mend: string): Finding => ({
  level: 'fault',
  what,
  says,
  mend,
})
