import { Draft } from '../pipeline/draft.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Outcome, RawRecord } from '../pipeline/shapes.ts'
import type { UserDirectory } from '../ports.ts'

/** The pipeline over a batch with one user query: an outcome for each record, in order. Throws only what `users` throws. */
export async function translateBatch(
  records: readonly RawRecord[],
  pipeline: Pipeline,
  users: UserDirectory,
): Promise<Outcome[]> {
  const admitted = records.map(record => pipeline.admit(record))
  const ids = new Set<number>()
  for (const one of admitted) if (one instanceof Draft && one.userId !== null) ids.add(one.userId)
  const found = ids.size > 0 ? await users.find([...ids]) : new Map()
  return admitted.map(one =>
    one instanceof Draft
      ? pipeline.publish(one, one.userId === null ? undefined : found.get(one.userId))
      : one,
  )
}
