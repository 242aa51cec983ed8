import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { select } from '../promql.ts'
import { DATASOURCE, type PanelBuilder } from './panels.ts'

export interface Row {
  readonly title: string
  readonly panels: readonly PanelBuilder[]
  /** Opened only when somebody asks. */
  readonly collapsed?: true
}

interface Content {
  readonly name: 'overview' | 'slo' | 'rejections'
  readonly title: string
  readonly description: string
  /** Of what is shown at first. */
  readonly from: `now-${string}`
  readonly rows: readonly Row[]
}

/** A dashboard as Grafana's JSON. */
export function dashboard({ name, title, description, from, rows }: Content): string {
  const builder = new DashboardBuilder(`Segment to edX / ${title}`)
    .uid(`segedx-${name}`)
    .tags(['segment-to-edx'])
    .description(`${description} Made from dev/observability: change it there.`)
    .readonly()
    .refresh('30s')
    .time({ from, to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Segment to edX')
        .type(DashboardLinkType.Dashboards)
        .tags(['segment-to-edx'])
        .keepTime(true)
        .includeVars(true),
    )
  for (const one of ANNOTATIONS) builder.annotation(one)
  for (const one of variables()) builder.withVariable(one)
  for (const row of rows) add(builder, row)
  return `${JSON.stringify(finished(builder.build()), null, 2)}\n`
}

function add(builder: DashboardBuilder, { title, panels, collapsed }: Row): void {
  const row = new RowBuilder(title)
  if (collapsed) for (const panel of panels) row.withPanel(panel)
  builder.withRow(row.collapsed(collapsed ?? false))
  if (!collapsed) for (const panel of panels) builder.withPanel(panel)
}

const annotation = (name: string, color: string, expr: string, title: string, text: string) =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .titleFormat(title)
    .textFormat(text)

/** Over two minutes, in which a process that is started anew is scraped again. */
const ANNOTATIONS = [
  annotation(
    'Starts',
    'blue',
    `changes(${select('process_start_time_seconds')}[2m]) > 0`,
    'started',
    '{{job}} {{instance}}',
  ),
  annotation(
    'Rebalances',
    'orange',
    `sum by (kind) (increase(${select('consumer_rebalances_total')}[2m])) > 0`,
    'rebalance',
    '{{kind}}',
  ),
  annotation(
    'Firing alerts',
    'red',
    'ALERTS{alertstate="firing",service="segment-to-edx"}',
    '{{alertname}}',
    '{{severity}}',
  ),
]

function variables() {
  const query = (name: string, label: string, text: string) =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATASOURCE)
      .query(text)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
      .sort(VariableSort.AlphabeticalAsc)
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    query('job', 'Job', 'label_values(segedx_build_info, job)'),
    query('instance', 'Instance', 'label_values(segedx_build_info{job=~"$job"}, instance)'),
  ]
}

/** What the builders leave out, or Grafana 12 does not take. */
function finished(model: Dashboard): Dashboard {
  let id = 0
  for (const panel of model.panels ?? []) {
    panel.id = ++id
    for (const inner of 'panels' in panel ? panel.panels : []) inner.id = ++id
  }
  for (const one of [...(model.annotations?.list ?? []), ...(model.links ?? [])]) {
    delete (one as { placement?: string }).placement
  }
  return model
}
