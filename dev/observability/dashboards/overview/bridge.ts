import {
  BytesIEC,
  EventsPerSecond,
  NoUnit,
  RequestsPerSecond,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units'
import { quantile, rate, total } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { graph } from '../panels.ts'

export const bridge: Row = {
  title: 'Bridge',
  panels: [
    graph({
      title: 'Requests, by answer',
      description: '200: stored. 4xx is not repeated by Segment (but 408), 5xx is, for four hours.',
      unit: RequestsPerSecond,
      lines: { '{{code}}': `${rate('webhook_requests_total', 'code')} > 0` },
    }),
    graph({
      title: 'Refused, by reason',
      description: 'Why requests were not answered 200.',
      unit: RequestsPerSecond,
      lines: { '{{reason}}': `${rate('webhook_refused_total', 'reason')} > 0` },
    }),
    graph({
      title: 'Request duration',
      description: 'From head to answer, which waits for all in-sync replicas. Segment gives up after 5 s.',
      unit: Seconds,
      lines: {
        p50: quantile(0.5, 'webhook_request_duration_seconds'),
        p95: quantile(0.95, 'webhook_request_duration_seconds'),
        p99: quantile(0.99, 'webhook_request_duration_seconds'),
      },
      steps: [
        ['green', null],
        ['yellow', 1],
        ['red', 5],
      ],
    }),
    graph({
      title: 'Events stored',
      description: 'Events acknowledged on the raw topic; one request can hold many.',
      unit: EventsPerSecond,
      lines: { '{{instance}}': rate('webhook_events_total', 'instance') },
    }),
    graph({
      title: 'Body size',
      description: 'Of request bodies. Those over MAX_BODY_BYTES are refused.',
      unit: BytesIEC,
      lines: {
        p50: quantile(0.5, 'webhook_request_size_bytes'),
        p99: quantile(0.99, 'webhook_request_size_bytes'),
      },
    }),
    graph({
      title: 'Requests in flight',
      description: 'Not yet answered. Many mean that Kafka is slow, or that bodies arrive slowly.',
      unit: NoUnit,
      lines: { '{{instance}}': total('webhook_requests_in_flight', '', 'instance') },
    }),
  ],
}
