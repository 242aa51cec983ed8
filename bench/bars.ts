import type { BacklogResults } from './backlog.ts'
import type { BarGroup } from './chart.ts'
import type { LatencyResults } from './latency/latency.ts'
import { median } from './report.ts'
import type { WebhookResults } from './webhook/main.ts'

interface Parts {
  readonly backlog: BacklogResults | null
  readonly latency: LatencyResults | null
  readonly webhook: WebhookResults | null
}

/** What the picture shows of the parts that were measured; `events` is the size of the backlog. */
export function barsOf(events: number, { backlog, latency, webhook }: Parts): BarGroup[] {
  const ofBacklog = (title: string, figure: 'eventsPerSecond' | 'clientCpuMicros' | 'rssMegabytes') => ({
    title,
    bars: [...(backlog?.results ?? [])].map(([name, runs]) => ({
      name,
      value: median(runs.map(run => run[figure])),
    })),
  })
  const atThousand = latency?.measured.filter(one => one.eventsPerSecond === 1_000) ?? []
  const all = [
    ofBacklog(`Events a second, exactly once, a backlog of ${events} (more is better)`, 'eventsPerSecond'),
    ofBacklog('CPU of the processor, µs an event (less is better)', 'clientCpuMicros'),
    ofBacklog('Memory, MB (less is better)', 'rssMegabytes'),
    {
      title: 'Milliseconds from the webhook’s topic to the output, p99, at 1,000 events/s (less is better)',
      bars: atThousand.map(({ contender, p99 }) => ({ name: contender, value: p99 })),
    },
    {
      title: 'Webhook: requests a second, one event each (more is better)',
      bars: Object.entries(webhook?.runs ?? {})
        .filter(([name]) => name.includes('single'))
        .map(([name, runs]) => ({ name, value: median(runs.map(run => run.requestsPerSecond)) })),
    },
  ]
  return all.filter(group => group.bars.length > 0)
}
