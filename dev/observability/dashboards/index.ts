import { dashboard } from './frame.ts'
import { bridge } from './overview/bridge.ts'
import { consumer } from './overview/consumer.ts'
import { dependencies } from './overview/dependencies.ts'
import { health } from './overview/health.ts'
import { nodejs } from './overview/nodejs.ts'
import { processor } from './overview/processor.ts'
import { transactions } from './overview/transactions.ts'
import { REJECTION_ROWS } from './rejections.ts'
import { SLO_ROWS } from './slo.ts'

/** The dashboards, by the file that Grafana is given. */
export const dashboardFiles = (): Record<string, string> => ({
  'grafana/dashboards/overview.json': dashboard({
    name: 'overview',
    title: 'Overview',
    description: 'From the webhook to the output topics: is data late, lost or rejected, and why.',
    from: 'now-1h',
    rows: [health, bridge, processor, consumer, transactions, dependencies, nodejs],
  }),
  'grafana/dashboards/slo.json': dashboard({
    name: 'slo',
    title: 'Objectives',
    description: 'How much of the error budgets is left, and how fast they go.',
    from: 'now-6h',
    rows: SLO_ROWS,
  }),
  'grafana/dashboards/rejections.json': dashboard({
    name: 'rejections',
    title: 'Rejections',
    description: 'What became of the records, and why some did not become tracking events.',
    from: 'now-6h',
    rows: REJECTION_ROWS,
  }),
})
