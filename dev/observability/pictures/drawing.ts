import { readFile } from 'node:fs/promises'
import type { DrawnDashboard } from './filled.ts'

export const WIDTH = 1600
export const HEIGHT_OF_ROW = 34

const uplot = (file: string) =>
  readFile(new URL(`../../../node_modules/uplot/dist/${file}`, import.meta.url), 'utf8')
const own = (file: string) => readFile(new URL(file, import.meta.url), 'utf8')

/** A page that looks much like Grafana's, with the panels where Grafana would put them. */
export async function drawing(dashboard: DrawnDashboard): Promise<string> {
  const data = JSON.stringify({ dashboard, width: WIDTH, rowHeight: HEIGHT_OF_ROW }).replaceAll(
    '<',
    '\\u003c',
  )
  return `<!doctype html><meta charset="utf-8"><title>${dashboard.title}</title>
<style>${await uplot('uPlot.min.css')}${await own('page.css')}</style>
<body><script>${await uplot('uPlot.iife.min.js')}</script>
<script>const DATA = ${data}</script><script>${await own('page.js')}</script></body>`
}
