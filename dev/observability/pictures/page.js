// Draws DATA on a page of its own, in a browser: one function a type of panel.
const { dashboard, width, rowHeight } = DATA
const { times, panels } = dashboard
const column = (width - 16) / 24
const COLORS = [
  '#73BF69',
  '#F2CC0C',
  '#8AB8FF',
  '#FF780A',
  '#F2495C',
  '#5794F2',
  '#B877D9',
  '#705DA0',
  '#37872D',
  '#FADE2A',
  '#FFA6B0',
  '#C0D8FF',
]
const NAMED = { green: '#73BF69', yellow: '#F2CC0C', red: '#F2495C', text: '#ccccdc' }
const PER_SECOND = { reqps: ' req/s', recps: ' rec/s', ops: ' ops/s', eps: ' evt/s', cps: ' c/s' }

const scaled = (value, steps) => {
  const [name, size] = steps.find(([, size]) => Math.abs(value) >= size) ?? ['', 1]
  return `${Number((value / size).toPrecision(3))}${name}`
}

function readable(value, unit) {
  if (value === null || value === undefined) return 'no data'
  if (unit === 'percentunit') return `${Number((value * 100).toPrecision(3))}%`
  if (unit === 'bytes')
    return scaled(value, [
      [' GiB', 2 ** 30],
      [' MiB', 2 ** 20],
      [' KiB', 1024],
    ])
  if (unit === 's') {
    if (value === 0) return '0 s'
    if (Math.abs(value) < 1) return `${Number((value * 1e3).toPrecision(3))} ms`
    return scaled(value, [
      [' h', 3600],
      [' min', 60],
      [' s', 1],
    ])
  }
  return (
    scaled(value, [
      [' Mil', 1e6],
      [' K', 1e3],
    ]) + (PER_SECOND[unit] ?? '')
  )
}

const add = (parent, className, text = '') => {
  const element = document.createElement('div')
  element.className = className
  element.textContent = text
  parent.append(element)
  return element
}

const lastOf = values => values.findLast(value => value !== null)

function drawNumber(element, { lines, fieldConfig: { defaults } }) {
  const value = lastOf(lines[0].values)
  const step = defaults.thresholds.steps.findLast(({ value: from }) => from === null || value >= from)
  add(element, 'number', readable(value, defaults.unit)).style.color = NAMED[step.color]
}

function drawBars(element, { lines, fieldConfig: { defaults } }) {
  const bars = lines.map(({ label, values }) => [label, lastOf(values) ?? 0]).sort((a, b) => b[1] - a[1])
  for (const [label, value] of bars.slice(0, 10)) {
    const bar = add(element, 'bar')
    bar.innerHTML = '<span></span><i></i><b></b>'
    bar.children[0].textContent = label
    bar.children[1].style.width = `${(430 * value) / (bars[0][1] || 1)}px`
    bar.children[2].textContent = readable(value, defaults.unit)
  }
}

function drawHeatmap(element, { lines, gridPos, fieldConfig: { defaults } }) {
  const bound = ({ le }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le))
  const sorted = lines.toSorted((a, b) => bound(a) - bound(b))
  const canvas = document.createElement('canvas')
  canvas.width = gridPos.w * column - 76
  canvas.height = gridPos.h * rowHeight - 60
  canvas.style.marginLeft = '60px'
  element.append(canvas)
  const context = canvas.getContext('2d')
  const counts = sorted.map(({ values }, i) =>
    values.map((value, at) => Math.max(0, (value ?? 0) - (sorted[i - 1]?.values[at] ?? 0))),
  )
  const most = Math.max(...counts.flat())
  const [cellWidth, cellHeight] = [canvas.width / times.length, canvas.height / counts.length]
  counts.forEach((row, i) => {
    row.forEach((count, at) => {
      if (count <= 0) return
      context.fillStyle = `hsl(${60 - (60 * count) / most}, 90%, ${25 + (40 * count) / most}%)`
      context.fillRect(at * cellWidth, canvas.height - (i + 1) * cellHeight, cellWidth + 0.5, cellHeight - 1)
    })
    const label = add(
      element,
      'bucket',
      sorted[i].le === '+Inf' ? '+Inf' : readable(bound(sorted[i]), defaults.unit),
    )
    label.style.top = `${26 + canvas.height - (i + 1) * cellHeight}px`
  })
}

function drawGraph(element, { lines, gridPos, fieldConfig: { defaults } }) {
  const isStacked = defaults.custom?.stacking?.mode === 'normal'
  const total = times.map(() => 0)
  const shown = lines.map(({ label, values }) => ({
    label,
    values: isStacked ? values.map((value, at) => (total[at] += value ?? 0)) : values,
  }))
  const opacity = (2.55 * (defaults.custom?.fillOpacity ?? 0)) | 0
  const fill = color => `${color}${opacity.toString(16).padStart(2, '0')}`
  const clock = time => new Date(time * 1e3).toISOString().slice(11, 19)
  const axis = { stroke: '#aaaaaa', grid: { stroke: '#26292e' } }
  const legendLines = Math.ceil(
    shown.reduce((sum, { label }) => sum + label.length * 6.4 + 30, 0) / (gridPos.w * column),
  )
  new uPlot(
    {
      width: gridPos.w * column - 12,
      height: gridPos.h * rowHeight - 52 - 18 * Math.min(legendLines, 6),
      cursor: { show: false },
      legend: { live: false },
      scales: {
        y: { range: (_, low, high) => [Math.min(0, low ?? 0), defaults.max ?? (high > 0 ? high * 1.1 : 1)] },
      },
      axes: [
        { ...axis, space: 80, values: (_, values) => values.map(clock) },
        {
          ...axis,
          size: 76,
          space: 26,
          values: (_, values) => values.map(value => readable(value, defaults.unit)),
        },
      ],
      series: [
        {},
        ...shown.map(({ label }, i) => ({
          label,
          stroke: COLORS[i % COLORS.length],
          fill: fill(COLORS[i % COLORS.length]),
          width: 1.4,
        })),
      ],
      ...(isStacked && { bands: shown.slice(1).map((_, i) => ({ series: [i + 2, i + 1] })) }),
    },
    [times, ...shown.map(({ values }) => values)],
    element,
  )
}

const DRAW = { stat: drawNumber, bargauge: drawBars, heatmap: drawHeatmap, timeseries: drawGraph }

for (const panel of panels) {
  const { x, y, w, h } = panel.gridPos
  const element = add(document.body, panel.type === 'row' ? 'row' : 'panel')
  element.style.cssText = `left:${8 + x * column}px;top:${8 + y * rowHeight}px;width:${w * column - 6}px;height:${h * rowHeight - 6}px`
  if (panel.type === 'row') element.textContent = `▾ ${panel.title}`
  else {
    add(element, 'title', panel.title)
    if (panel.lines.length === 0) add(element, 'nothing', 'no data')
    else DRAW[panel.type](element, panel)
  }
}
