import { type ErrorRecord, readErrorRecord } from '#src/errors/error-record.ts'
import type { RejectedCode } from '#src/pipeline/reasons.ts'
import { REASONS } from '#src/pipeline/reasons.ts'
import { createRouter } from '#src/pipeline/route.ts'
import type { RawRecord } from '#src/pipeline/shapes.ts'
import { pipelineSettings, rawRecord } from './pipeline.ts'

/** What the processor writes for a raw record that it rejects, at a place of the error topic. */
export function rejection(
  raw: Partial<RawRecord> = {},
  reason: RejectedCode = 'user_unknown',
  place: { partition: number; offset: number } = { partition: 0, offset: 0 },
): RawRecord {
  const router = createRouter(pipelineSettings())
  const { key, value, headers, timestamp } = router.rejection(
    rawRecord('{}', raw),
    reason,
    REASONS[reason].message,
  )
  return {
    key,
    value,
    headers: headers as RawRecord['headers'],
    timestamp,
    topic: 'edx.tracking.errors',
    ...place,
  }
}

export const errorRecord = (...args: Parameters<typeof rejection>): ErrorRecord =>
  readErrorRecord(rejection(...args)) as ErrorRecord
