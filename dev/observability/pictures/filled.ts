import type { Prometheus } from '../prometheus.ts'

interface Panel {
  readonly title: string
  readonly type: string
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  readonly collapsed?: boolean
  readonly panels?: readonly Panel[]
  readonly fieldConfig?: unknown
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

interface Line {
  readonly label: string
  /** Upper bound of a histogram's bucket. */
  readonly le?: string
  readonly values: readonly (number | null)[]
}

export interface DrawnDashboard {
  readonly title: string
  /** Unix times of all values. */
  readonly times: readonly number[]
  readonly panels: readonly (Panel & { readonly lines: readonly Line[] })[]
}

const STEPS = 240

/** A dashboard with what Prometheus says to each of its queries, over the last so many seconds. */
export async function filled(
  { title, panels }: { title: string; panels: readonly Panel[] },
  prometheus: Prometheus,
  seconds: number,
): Promise<DrawnDashboard> {
  const step = Math.max(1, Math.round(seconds / STEPS))
  const end = Math.floor(Date.now() / 1_000)
  const times = Array.from({ length: Math.floor(seconds / step) }, (_, i) => end - (seconds - i * step))
  const drawn = opened(panels).map(async panel => {
    const lines: Line[] = []
    for (const { expr, legendFormat } of panel.targets ?? []) {
      for (const { metric, values } of await prometheus.range(everything(expr, seconds), seconds, step)) {
        const byTime = new Map(
          values.map(([time, value]) => [Math.round((time - end) / step), Number(value)]),
        )
        const label = legendFormat.replace(/\{\{(\w+)\}\}/g, (_, name: string) => metric[name] ?? '')
        lines.push({
          label,
          ...(metric['le'] !== undefined && { le: metric['le'] }),
          values: times.map(time => finite(byTime.get(Math.round((time - end) / step)))),
        })
      }
    }
    return { ...panel, lines }
  })
  return { title, times, panels: await Promise.all(drawn) }
}

/** As when every row is open. */
const opened = (panels: readonly Panel[]) => panels.flatMap(panel => [panel, ...(panel.panels ?? [])])

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null)

const everything = (expr: string, seconds: number) =>
  expr
    .replaceAll('$__rate_interval', '15s')
    .replaceAll('$__range', `${seconds}s`)
    .replace(/\$(job|instance)\b/g, '.+')
