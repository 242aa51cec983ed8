import type { Alert } from '../alert.ts'
import type { Time } from '../time.ts'

const COMMON = { about: 'availability', dashboard: 'overview' } as const

/** Whether there is anybody who works. */
export const availability = (time: Time) =>
  ({
    TargetDown: {
      ...COMMON,
      severity: 'critical',
      expr: 'up{job=~"segedx-.+"} == 0',
      for: time('2m'),
      summary: '{{ $labels.job }} {{ $labels.instance }} cannot be scraped',
      description: 'The process is gone or does not answer. Others may go on with its work.',
    },
    ProcessorAbsent: {
      ...COMMON,
      severity: 'critical',
      expr: 'absent(up{job=~"segedx-process.*"} == 1)',
      for: time('5m'),
      summary: 'No processor runs',
      description:
        'Events are taken and stored on the raw topic, but none is translated. Nothing is lost before retention.',
    },
    NotReady: {
      ...COMMON,
      severity: 'warning',
      expr: 'min by (job, instance, component) (segedx_ready) == 0',
      for: time('5m'),
      summary: '{{ $labels.component }} of {{ $labels.job }} {{ $labels.instance }} is not ready',
      description: 'The process lives but this part of it cannot work; its /readyz and its log say why.',
    },
    RestartLoop: {
      ...COMMON,
      severity: 'warning',
      expr: `changes(segedx_process_start_time_seconds[${time('15m')}]) > 3`,
      summary:
        '{{ $labels.job }} {{ $labels.instance }} was started again {{ $value }} times in a quarter of an hour',
      description: 'Something ends the process again and again; the last line of its log says what.',
    },
  }) as const satisfies Record<string, Alert>
