import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { COMMANDS } from '#src/commands/index.ts'
import { SETTINGS } from '#src/config/table.ts'

interface Service {
  readonly image?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>
}

const text = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const compose: { services: Record<string, Service>; volumes: Record<string, unknown> } = parse(
  text('docker-compose.yml'),
  { merge: true },
)
const services = Object.entries(compose.services)
const product = services.filter(([, { image }]) => image?.startsWith('segment-to-edx:'))

describe('docker-compose.yml', () => {
  test('runs the commands there are, with settings there are', () => {
    expect(product.map(([name]) => name)).toEqual(['setup', 'bridge', 'process-1', 'process-2'])
    for (const [, { command = [], environment = {} }] of product) {
      expect(Object.keys(COMMANDS)).toContain(command[0])
      expect(Object.keys(SETTINGS)).toEqual(expect.arrayContaining(Object.keys(environment)))
    }
  })

  test('pins every image, and publishes on loopback only', () => {
    for (const [, { image, ports = [] }] of services) {
      expect(image).toMatch(/:v?\d+\.\d+/)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    }
  })

  test('names files, volumes and services that exist, and secrets that .env gives', () => {
    for (const [, { volumes = [], depends_on: needs = [] }] of services) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] as string
        const isFile = source.startsWith('./')
        expect(
          isFile ? existsSync(new URL(`../${source}`, import.meta.url)) : source in compose.volumes,
          source,
        ).toBe(true)
      }
      for (const need of Array.isArray(needs) ? needs : Object.keys(needs))
        expect(compose.services).toHaveProperty(need)
    }
    const asked = [...text('docker-compose.yml').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
    const given = [...text('.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name)
    expect(new Set(asked)).toEqual(new Set(given))
  })

  test('the image listens where compose and its own health check look', () => {
    const dockerfile = text('Dockerfile')
    const port = product[1]?.[1].environment?.['METRICS_PORT']
    expect(dockerfile).toContain(`127.0.0.1:${port}/healthz`)
    expect(SETTINGS.METRICS_PORT.default).toBe(port)
    expect(dockerfile).toMatch(/USER node[\s\S]*ENTRYPOINT \["node", "dist\/main.js"\]/)
  })
})
