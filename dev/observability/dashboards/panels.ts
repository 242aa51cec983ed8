import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BarGaugeDisplayMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as Heatmap } from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'
import { Seconds } from '@grafana/grafana-foundation-sdk/units'

export type PanelBuilder = Builder<Panel>
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' }
/** Of 24 columns. */
type Width = 4 | 6 | 8 | 12 | 24

interface About {
  readonly title: string
  /** What it says, and what to think of it. */
  readonly description: string
  readonly unit: string
  readonly width?: Width
}

/** Colours from a value on: what stands first holds for everything below. */
export type Steps = readonly (readonly [color: 'green' | 'yellow' | 'red' | 'text', from: number | null])[]
const thresholds = (steps: Steps) =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([color, value]) => ({ color, value })))

/** One number, as it is now. */
export function stat({
  expr,
  steps,
  height = 4,
  ...about
}: About & { expr: string; steps: Steps; height?: 4 | 7 }): PanelBuilder {
  return new Stat()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .datasource(DATASOURCE)
    .height(height)
    .span(about.width ?? 4)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(thresholds(steps))
    .noValue('no data')
    .withTarget(query(expr, '', 'A'))
}

/** Lines over time: legend (Grafana's templates) by expression. */
export function graph(
  about: About & {
    lines: Readonly<Record<string, string>>
    stacked?: boolean
    steps?: Steps
    max?: number
  },
): PanelBuilder {
  const panel = new TimeSeries()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .datasource(DATASOURCE)
    .height(7)
    .span(about.width ?? 8)
    .min(0)
    .fillOpacity(about.stacked ? 40 : 0)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  if (about.stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  if (about.max !== undefined) panel.max(about.max)
  if (about.steps) {
    panel.thresholds(thresholds(about.steps))
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
  }
  for (const [i, [legend, expr]] of Object.entries(about.lines).entries())
    panel.withTarget(query(expr, legend, String.fromCharCode(65 + i)))
  return panel
}

/** How a histogram's observations spread over time. */
export function heatmap({ expr, ...about }: Omit<About, 'unit'> & { expr: string }): PanelBuilder {
  return new Heatmap()
    .title(about.title)
    .description(about.description)
    .unit(Seconds)
    .datasource(DATASOURCE)
    .height(7)
    .span(about.width ?? 8)
    .withTarget(query(expr, '{{le}}', 'A').format(PromQueryFormat.Heatmap))
}

/** The greatest of something over the time that is shown, as bars. */
export function bars({ expr, legend, ...about }: About & { expr: string; legend: string }): PanelBuilder {
  return new BarGauge()
    .title(about.title)
    .description(about.description)
    .unit(about.unit)
    .datasource(DATASOURCE)
    .height(9)
    .span(about.width ?? 12)
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(thresholds([['green', null]]))
    .withTarget(query(expr, legend, 'A').instant())
}

const query = (expr: string, legend: string, refId: string) =>
  new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr).legendFormat(legend).range()
