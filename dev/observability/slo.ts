import type { RecordingRule } from './recording-rule.ts'
import type { Time } from './time.ts'

/*
 * Two objectives, each a share of failures over a month. An alert fires where the budget goes too fast in a long
 * window, and still in a short one, so that it ends soon after the trouble does.
 */

export interface Slo {
  /** Recorded as `segedx:NAME:ratio_rateWINDOW`. */
  readonly name: string
  /** Share of failures that the objective allows. */
  readonly budget: number
  readonly ratio: (window: string) => string
}

/** 99.9 % of webhook requests are not answered 5xx. */
export const WEBHOOK_SLO: Slo = {
  name: 'webhook_failed',
  budget: 0.001,
  ratio: window =>
    `sum(rate(segedx_webhook_requests_total{code=~"5.."}[${window}])) / sum(rate(segedx_webhook_requests_total[${window}]))`,
}

/** In 99 % of batches the oldest record is committed within 5 s. Prometheus 3 writes the bucket as 5.0. */
export const FRESHNESS_SLO: Slo = {
  name: 'records_late',
  budget: 0.01,
  ratio: window =>
    `1 - sum(rate(segedx_end_to_end_latency_seconds_bucket{le=~"5(.0)?"}[${window}])) / sum(rate(segedx_end_to_end_latency_seconds_count[${window}]))`,
}

/** How many times faster than allowed, in which pairs of windows. */
export const BURN = {
  fast: [
    { factor: 14.4, long: '1h', short: '5m' },
    { factor: 6, long: '6h', short: '30m' },
  ],
  slow: [
    { factor: 3, long: '1d', short: '2h' },
    { factor: 1, long: '3d', short: '6h' },
  ],
} as const

const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const

export const recordOf = ({ name }: Slo, window: (typeof WINDOWS)[number]) =>
  `segedx:${name}:ratio_rate${window}`

/** The names keep the windows of the rules as they are, also where times are divided. */
export const sloRecordings = (time: Time): RecordingRule[] =>
  [WEBHOOK_SLO, FRESHNESS_SLO].flatMap(slo =>
    WINDOWS.map(window => ({ record: recordOf(slo, window), expr: slo.ratio(time(window)) })),
  )

export function burns(slo: Slo, pairs: (typeof BURN)['fast' | 'slow']): string {
  const each = pairs.map(({ factor, long, short }) => {
    const most = `${factor} * ${slo.budget}`
    return `${recordOf(slo, long)} > ${most} and ${recordOf(slo, short)} > ${most}`
  })
  return `(${each.join(' or ')})`
}

export const failedRequests = (window: string) =>
  `sum(increase(segedx_webhook_requests_total{code=~"5.."}[${window}]))`
