import type { Alert } from '../alert.ts'
import type { Time } from '../time.ts'

const COMMON = { about: 'nodejs', severity: 'warning', dashboard: 'overview' } as const

/** Whether the processes themselves have room. */
export const nodejs = (time: Time) =>
  ({
    EventLoopBusy: {
      ...COMMON,
      expr: 'segedx_nodejs_eventloop_utilization_ratio > 0.9 or segedx_nodejs_eventloop_lag_p99_seconds > 0.2',
      for: time('10m'),
      summary: 'The event loop of {{ $labels.job }} {{ $labels.instance }} is overloaded',
      description: 'Heartbeats may come too late, and the group may take the process for dead.',
    },
    HeapNearLimit: {
      ...COMMON,
      expr: 'segedx_nodejs_heap_size_used_bytes / segedx_nodejs_heap_size_limit_bytes > 0.85',
      for: time('10m'),
      summary:
        '{{ $labels.job }} {{ $labels.instance }} uses {{ $value | humanizePercentage }} of the heap that Node.js allows',
      description: 'At the limit Node.js ends the process.',
    },
    FilesNearLimit: {
      ...COMMON,
      expr: 'segedx_process_open_fds / segedx_process_max_fds > 0.8',
      for: time('10m'),
      summary:
        '{{ $labels.job }} {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its file descriptors',
      description: 'At the limit no connection can be accepted or opened.',
    },
  }) as const satisfies Record<string, Alert>
