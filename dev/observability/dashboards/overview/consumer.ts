import { NoUnit, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units'
import { highest, increase, total } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { graph } from '../panels.ts'

export const consumer: Row = {
  title: 'Consumer',
  panels: [
    graph({
      title: 'Lag, by partition',
      description: 'Records not committed, as their processor sees it; and of the group, as the bridge does.',
      unit: Short,
      lines: {
        '{{topic}}-{{partition}}': highest('consumer_lag_records', 'topic, partition'),
        group: highest('group_lag_records'),
      },
    }),
    graph({
      title: 'Oldest waiting record, by partition',
      description: 'Its age; 0 when caught up.',
      unit: Seconds,
      lines: { '{{topic}}-{{partition}}': highest('consumer_lag_seconds', 'topic, partition') },
    }),
    graph({
      title: 'Retention used',
      description: 'That age as a share of the retention of the raw topic. At 100 % records are lost.',
      unit: PercentUnit,
      lines: { '{{topic}}-{{partition}}': highest('consumer_retention_used_ratio', 'topic, partition') },
    }),
    graph({
      title: 'Partitions owned',
      description:
        'By processor; the sum should be what the topic has. Paused ones wait for a dependency or for somebody.',
      unit: NoUnit,
      lines: {
        '{{instance}}': total('consumer_assigned_partitions', '', 'instance'),
        'of the topic': highest('topic_partitions'),
        paused: total('consumer_paused_partitions'),
      },
    }),
    graph({
      title: 'Rebalances',
      description: 'Changes of the assignment, by kind. Each pauses the whole group for a moment.',
      unit: Short,
      lines: { '{{kind}}': increase('consumer_rebalances_total', 'kind') },
    }),
    graph({
      title: 'Waiting for others, lost, replayed',
      description:
        'Partitions whose start a transaction holds back; records lost unread; records until a replay has passed its old end.',
      unit: Short,
      lines: {
        unstable: total('consumer_unstable_partitions'),
        'lost: {{reason}}': increase('consumer_skipped_records_total', 'reason'),
        'to replay': `${total('replay_records_remaining')} or vector(0)`,
      },
    }),
  ],
}
