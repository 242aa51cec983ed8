import { CountsPerSecond, NoUnit, OpsPerSecond, Seconds, Short } from '@grafana/grafana-foundation-sdk/units'
import { increase, quantile, rate, select, total } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { graph } from '../panels.ts'

export const dependencies: Row = {
  title: 'Dependencies',
  panels: [
    graph({
      title: 'Ready, by part',
      description: '1 while the part is ready, at the process where it is least.',
      unit: NoUnit,
      max: 1,
      lines: { '{{component}}': `min by (component) (${select('ready')})` },
    }),
    graph({
      title: 'Users looked up',
      description: 'cache_hit: known already; found: asked the database; unknown: it has no such user.',
      unit: CountsPerSecond,
      lines: { '{{result}}': rate('user_lookups_total', 'result') },
    }),
    graph({
      title: 'Database query, p99',
      description: 'One query a round.',
      unit: Seconds,
      lines: { '{{query}} {{result}}': quantile(0.99, 'db_query_duration_seconds', 'query, result') },
    }),
    graph({
      title: 'Database connections',
      description: 'By state, and queries that wait for one.',
      unit: NoUnit,
      lines: { '{{state}}': total('db_pool_connections', '', 'state'), waiting: total('db_pool_waiters') },
    }),
    graph({
      title: 'Schema registry requests',
      description: 'Only at start; failures are tried again.',
      unit: Short,
      lines: { '{{operation}} {{result}}': increase('schema_registry_requests_total', 'operation, result') },
    }),
    graph({
      title: 'Kafka client errors',
      description:
        "By client, in Kafka's own names; those that were tried again and went well are among them.",
      unit: OpsPerSecond,
      lines: { '{{client}} {{code}}': `${rate('kafka_client_errors_total', 'client, code')} > 0` },
    }),
  ],
}
