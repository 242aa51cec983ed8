import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Receipt } from './receive.ts'
import { REFUSALS, type Refusal } from './refusals.ts'

/** Tells metrics and log how requests end: reasons and counts, never anything of the request itself. */
export interface Report {
  inFlight(requests: number): void
  ended(receipt: Receipt, durationMs: number): void
  /** What never became a request, since its head could not be read. */
  unreadable(refusal: Refusal): void
}

export function createReport(metrics: Metrics, log: Log): Report {
  function refused(reason: Refusal): void {
    metrics.count('webhook_refused_total', { reason })
    log.warn({ event: 'request_refused', reason }, `Refused: ${REFUSALS[reason].message}`)
  }

  return {
    inFlight: requests => metrics.set('webhook_requests_in_flight', {}, requests),
    unreadable: refused,
    ended({ refusal, events, bodyBytes }, durationMs) {
      if (refusal !== null) refused(refusal)
      if (refusal === 'client_closed') return
      const status = refusal === null ? 200 : REFUSALS[refusal].status
      metrics.count('webhook_requests_total', { code: `${status}` })
      metrics.observe('webhook_request_duration_seconds', {}, durationMs / 1_000)
      if (bodyBytes > 0) metrics.observe('webhook_request_size_bytes', {}, bodyBytes)
      if (events > 0) metrics.count('webhook_events_total', {}, events)
    },
  }
}
