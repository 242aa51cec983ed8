import { backOff } from '../back-off.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Delivery } from '../ports.ts'
import type { Ahead } from './ahead.ts'
import { type Translated, type TranslationOptions, translateOnce } from './translate-deliveries.ts'

/**
 * The outcomes of a round, with one user query for all that was not translated ahead. While the user directory is down
 * it tries again for as long as the memberships last; nothing is rejected for it. Null: let go of the round.
 */
export async function translateRound(
  deliveries: readonly Delivery[],
  options: TranslationOptions,
  ahead: Ahead,
  onHold: () => void,
): Promise<Translated[] | null> {
  const { health, log } = options
  const signals = new Set([options.stop, ...deliveries.map(({ signal }) => signal)])
  for (let attempt = 0; ![...signals].some(signal => signal.aborted); attempt++) {
    try {
      const begun = await Promise.all(deliveries.map(delivery => ahead.get(delivery)))
      const left = deliveries.filter((_, at) => !begun[at])
      const fresh = left.length > 0 ? await translateOnce(left, options) : []
      health.report('users', { ready: true })
      return begun.map(one => one ?? (fresh.shift() as Translated))
    } catch (err) {
      onHold()
      health.report('users', { ready: false, reason: describeError(err) })
      log.warn(
        { event: 'users_unavailable', attempt, err },
        'The user directory does not answer; the records wait, and nothing is rejected',
      )
      await backOff(attempt, ...signals)
    }
  }
  return null
}
