/** One bar a contender, of one figure. */
export interface BarGroup {
  readonly title: string
  readonly bars: readonly { readonly name: string; readonly value: number }[]
}

const WIDTH = 760
const NAMES = 210
const FIGURES = 90
const BAR = 18
const GAP = 7
const TITLE = 34

/** Groups of horizontal bars as an SVG image, the product's own first in each and in another colour. */
export function barChart(groups: readonly BarGroup[]): string {
  const shapes: string[] = []
  let y = 8
  for (const { title, bars } of groups) {
    shapes.push(`<text x="8" y="${y + 18}" font-weight="600">${escaped(title)}</text>`)
    y += TITLE
    const greatest = Math.max(...bars.map(({ value }) => value))
    for (const [i, { name, value }] of bars.entries()) {
      const width = Math.max(1, ((WIDTH - NAMES - FIGURES) * value) / greatest)
      shapes.push(
        `<text x="${NAMES - 8}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${NAMES}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${i === 0 ? '#2563eb' : '#94a3b8'}"/>`,
        `<text x="${(NAMES + width + 6).toFixed(1)}" y="${y + 14}">${figure(value)}</text>`,
      )
      y += BAR + GAP
    }
    y += GAP
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="13" fill="#334155">
<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>
${shapes.join('\n')}
</svg>
`
}

const figure = (value: number) => (value >= 1_000 ? `${(value / 1_000).toFixed(1)}k` : value.toFixed(1))
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
