import { BytesIEC, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units'
import { select } from '../../promql.ts'
import type { Row } from '../frame.ts'
import { graph } from '../panels.ts'

const RATE = '[$__rate_interval]'

export const nodejs: Row = {
  title: 'Node.js',
  collapsed: true,
  panels: [
    graph({
      title: 'CPU',
      description: 'CPUs in use.',
      unit: Short,
      lines: { '{{instance}}': `rate(${select('process_cpu_seconds_total')}${RATE})` },
    }),
    graph({
      title: 'Memory',
      description: 'Resident set, heap, and buffers outside the heap.',
      unit: BytesIEC,
      lines: {
        'resident {{instance}}': select('process_resident_memory_bytes'),
        'heap {{instance}}': select('nodejs_heap_size_used_bytes'),
        'buffers {{instance}}': select('nodejs_external_memory_bytes'),
      },
    }),
    graph({
      title: 'Heap used',
      description: 'Of the size at which Node.js ends the process.',
      unit: PercentUnit,
      max: 1,
      lines: {
        '{{instance}}': `${select('nodejs_heap_size_used_bytes')} / ${select('nodejs_heap_size_limit_bytes')}`,
      },
    }),
    graph({
      title: 'Event loop, busy',
      description: 'Share of time.',
      unit: PercentUnit,
      max: 1,
      lines: { '{{instance}}': select('nodejs_eventloop_utilization_ratio') },
    }),
    graph({
      title: 'Event loop, p99 of the delay',
      description: 'Since the last scrape.',
      unit: Seconds,
      lines: { '{{instance}}': select('nodejs_eventloop_lag_p99_seconds') },
    }),
    graph({
      title: 'Garbage collection',
      description: 'Share of time.',
      unit: PercentUnit,
      lines: {
        '{{instance}}': `sum by (instance) (rate(${select('nodejs_gc_duration_seconds_sum')}${RATE}))`,
      },
    }),
    graph({
      title: 'File descriptors',
      description: 'Of those that the process may open.',
      unit: PercentUnit,
      width: 12,
      lines: { '{{instance}}': `${select('process_open_fds')} / ${select('process_max_fds')}` },
    }),
    graph({
      title: 'Running',
      description: 'What runs since when: versions side by side during an upgrade.',
      unit: Seconds,
      width: 12,
      lines: {
        '{{instance}} {{version}} {{revision}} {{nodejs}}': `(time() - ${select('process_start_time_seconds')}) * on (job, instance) group_right () ${select('build_info')}`,
      },
    }),
  ],
}
