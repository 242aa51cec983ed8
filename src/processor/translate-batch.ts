import { Draft } from '../pipeline/draft.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Outcome, RawRecord, User } from '../pipeline/shapes.ts'
import type { RawRecords, UserDirectory } from '../ports.ts'

/**
 * The pipeline over a batch with one user query: an outcome for each record, in order. Throws only what `users` throws.
 * A record whose user is known goes all the way at once: what is made of it on its way is then soon forgotten, and
 * what lives as long as a batch costs the garbage collector dearly.
 */
export async function translateBatch(
  records: RawRecords,
  pipeline: Pipeline,
  users: UserDirectory,
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(records.length)
  const waiting: number[] = []
  const ids = new Set<number>()
  for (let i = 0; i < records.length; i++) {
    const one = pipeline.admit(records.at(i) as RawRecord)
    if (!(one instanceof Draft)) {
      outcomes[i] = one
      continue
    }
    const { userId } = one
    const user = userId === null ? undefined : users.known?.(userId)
    if (user !== undefined || userId === null) outcomes[i] = pipeline.publish(one, user)
    else {
      ids.add(userId)
      waiting.push(i)
    }
  }
  const found = ids.size > 0 || users.known ? await users.find([...ids]) : new Map<number, User>()
  for (const i of waiting) {
    // Once more, for the same reason.
    const one = pipeline.admit(records.at(i) as RawRecord)
    outcomes[i] = one instanceof Draft ? pipeline.publish(one, found.get(one.userId as number)) : one
  }
  return outcomes
}
