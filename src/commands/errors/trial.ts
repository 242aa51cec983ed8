import type { SettingsOf } from '../../config.ts'
import type { ErrorRecord } from '../../errors/error-record.ts'
import { createPipeline } from '../../pipeline/pipeline.ts'
import { translateBatch } from '../../processor/translate-batch.ts'
import { UsageError } from '../command.ts'
import { pipelineSettings } from '../pipeline-settings.ts'
import { openUsers } from '../users.ts'
import type { Tally } from './replay-report.ts'

/** Nothing of it is in an outcome's kind. */
const OFFLINE = { schemaId: 0, outputPartitions: 1, errorPartitions: 1 }
const BATCH = 500

/** Translates rejections as the processor would now. */
export interface Trial {
  /** Those that would not be rejected again. */
  passing(errors: AsyncIterable<ErrorRecord>, tally: Tally): AsyncIterable<ErrorRecord>
  close(): Promise<void>
}

export function openTrial(settings: SettingsOf<'errors'>): Trial {
  const { DATABASE_URL } = settings
  if (DATABASE_URL === undefined) throw new UsageError('--try needs the users: set DATABASE_URL')
  const users = openUsers({ ...settings, DATABASE_URL })
  const pipeline = createPipeline(pipelineSettings(settings, OFFLINE))

  async function* passingOf(batch: readonly ErrorRecord[], tally: Tally): AsyncGenerator<ErrorRecord> {
    const outcomes = await translateBatch(
      batch.map(({ record }) => record),
      pipeline,
      users,
    )
    for (const [i, outcome] of outcomes.entries()) {
      tally.try(outcome)
      if (outcome.kind !== 'rejected') yield batch[i] as ErrorRecord
    }
  }

  return {
    async *passing(errors, tally) {
      let batch: ErrorRecord[] = []
      for await (const error of errors) {
        batch.push(error)
        if (batch.length < BATCH) continue
        yield* passingOf(batch, tally)
        batch = []
      }
      yield* passingOf(batch, tally)
    },
    close: () => users.close(),
  }
}
