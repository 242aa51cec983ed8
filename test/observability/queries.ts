import { dashboardFiles } from '../../dev/observability/dashboards/index.ts'

interface Target {
  readonly expr: string
  readonly refId: string
  readonly legendFormat: string
}
export interface ShownPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: { readonly uid: string }
  readonly gridPos: Record<'x' | 'y' | 'w' | 'h', number>
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly Target[]
  readonly panels?: readonly ShownPanel[]
}
interface ShownDashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly editable: boolean
  readonly panels: readonly ShownPanel[]
  readonly annotations: { readonly list: readonly { name: string; expr: string }[] }
  readonly templating: { readonly list: readonly { name: string; type: string; query: string }[] }
}

export const DASHBOARDS: readonly ShownDashboard[] = Object.values(dashboardFiles()).map(text =>
  JSON.parse(text),
)

/** All panels but rows, those in collapsed rows included. */
export const panelsOf = ({ panels }: ShownDashboard): ShownPanel[] =>
  panels.flatMap(panel => (panel.type === 'row' ? (panel.panels ?? []) : [panel]))

/** What Grafana puts in for its variables, when everything is chosen. */
export const withVariables = (expr: string, range: string) =>
  expr
    .replaceAll('$__rate_interval', '15s')
    .replaceAll('$__range', range)
    .replace(/\$(job|instance)\b/g, '.+')

/** Everything that the dashboards ask of Prometheus, by where it stands. */
export function allQueries(range: string): [where: string, expr: string][] {
  return DASHBOARDS.flatMap(board => [
    ...panelsOf(board).flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => [`${board.uid}: ${title}: ${legendFormat}`, expr] as const),
    ),
    ...board.annotations.list.map(({ name, expr }) => [`${board.uid}: annotation ${name}`, expr] as const),
  ]).map(([where, expr]) => [where, withVariables(expr, range)])
}
