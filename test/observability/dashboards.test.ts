import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { alerts } from '../../dev/observability/rules.ts'
import { DASHBOARDS, panelsOf, type ShownPanel } from './queries.ts'

describe.each(DASHBOARDS.map(board => [board.uid, board] as const))('%s', (_, board) => {
  const panels = panelsOf(board)

  test('says what it is, and cannot be changed in Grafana', () => {
    expect(board.description.length).toBeGreaterThan(40)
    expect(board.editable).toBe(false)
  })

  test('every panel has a title, a description, a unit and the chosen data source', () => {
    for (const { title, description, fieldConfig, datasource, targets = [] } of panels) {
      expect(description, title).toMatch(/^.{4,}\.$/)
      expect(fieldConfig?.defaults.unit, title).toMatch(/^[a-z]+$/)
      expect(datasource?.uid, title).toBe('$datasource')
      expect(targets.length, title).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length)
    }
  })

  test('ids are unique, titles within a row too, and no panel lies upon another', () => {
    const all = board.panels.flatMap(panel => [panel, ...(panel.panels ?? [])])
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.every(({ id }) => id > 0)).toBe(true)
    const taken = new Set<string>()
    for (const { gridPos, title } of all) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} at ${x},${y}`).toBe(false)
          taken.add(`${x},${y}`)
        }
    }
  })

  test('every selector is of the chosen job and instance, and every counter is taken as a rate', () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) {
        for (const [selector, name = '', labels = '', range] of expr.matchAll(
          /(segedx_\w+)(?:\{([^}]*)\})?(\[)?/g,
        )) {
          expect(labels, `${title}: ${selector}`).toContain('job=~"$job",instance=~"$instance"')
          if (/_(total|bucket|sum|count)$/.test(name)) expect(range, `${title}: ${selector}`).toBe('[')
        }
      }
    }
  })

  test('a legend names labels that the result has', () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr, legendFormat } of targets) {
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          if (/\bby \(/.test(expr)) expect(expr, title).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`))
        }
      }
    }
  })

  test('alerts that descriptions name exist', () => {
    const texts = panels.flatMap(
      ({ description = '' }: ShownPanel) => /Alerts?: ([\w, ]+)\./.exec(description)?.[1] ?? [],
    )
    for (const name of texts.flatMap(text => text.split(', '))) {
      if (/^[A-Z]/.test(name)) expect(Object.keys(alerts())).toContain(name)
    }
  })
})

test('Grafana is given every dashboard, and the data source that they ask for', () => {
  const read = (name: string) => readFileSync(new URL(`../../grafana/${name}`, import.meta.url), 'utf8')
  const files = readdirSync(new URL('../../grafana/dashboards', import.meta.url))
  expect(files.toSorted()).toEqual(
    DASHBOARDS.map(({ uid }) => `${uid.replace('segedx-', '')}.json`).toSorted(),
  )
  const { datasources } = parse(read('provisioning/datasources/prometheus.yml'))
  expect(datasources).toMatchObject([{ uid: 'prometheus', type: 'prometheus', isDefault: true }])
  const { providers } = parse(read('provisioning/dashboards/segment-to-edx.yml'))
  expect(providers).toMatchObject([{ options: { path: '/etc/grafana/dashboards' } }])
})
