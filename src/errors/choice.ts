import type { ErrorRecord } from './error-record.ts'
import type { SentLog } from './sent-log.ts'

/** What `errors replay` does with a rejection that was asked for. */
export const VERDICTS = {
  send: 'to send',
  repeated: 'rejections of the same record, counted once',
  sent: 'sent back before',
  in_doubt: 'in doubt after a run that was cut off',
  capped: 'sent back too often',
} as const
export type Verdict = keyof typeof VERDICTS

export interface ChoiceOptions {
  readonly log: SentLog
  /** Send also what was sent before, or may have been. */
  readonly again: boolean
  /** A record that was sent back as often as this is not sent again. */
  readonly maxReplays: number
}

/** Decides on rejections one after the other; each is sent once in a run whatever the options. */
export function createChooser({ log, again, maxReplays }: ChoiceOptions): (error: ErrorRecord) => Verdict {
  const seen = new Set<string>()
  return ({ identity, replayCount }) => {
    if (seen.has(identity)) return 'repeated'
    seen.add(identity)
    if (replayCount >= maxReplays) return 'capped'
    const state = log.get(identity)?.state
    if (state === undefined || again) return 'send'
    return state === 'sent' ? 'sent' : 'in_doubt'
  }
}
