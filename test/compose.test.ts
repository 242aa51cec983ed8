import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
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
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly disable?: boolean }
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
}

const text = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const compose: { services: Record<string, Service>; volumes: Record<string, unknown> } = parse(
  text('docker-compose.yml'),
  { merge: true },
)
const services = Object.entries(compose.services)
const product = services.filter(([, { image }]) => image?.startsWith('segment-to-edx:'))

describe('docker-compose.yml', () => {
  test('is read by docker-compose 1.29, the strictest there is', ({ skip }) => {
    const read = () => spawnSync('docker-compose', ['config', '--quiet'], { encoding: 'utf8' })
    if (read().error) skip('docker-compose is missing: apt-get install docker-compose')
    expect(read()).toMatchObject({ status: 0, stderr: '' })
  })

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
    const published = services.flatMap(([, { ports = [] }]) => ports)
    expect(new Set(published.map(port => port.split(':')[1])).size).toBe(published.length)
  })

  test('names files, volumes and services that exist, and secrets that .env gives', () => {
    for (const [, { volumes = [], depends_on: needs = {} }] of services) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] as string
        const isFile = source.startsWith('./')
        expect(
          isFile ? existsSync(new URL(`../${source}`, import.meta.url)) : source in compose.volumes,
          source,
        ).toBe(true)
      }
      for (const need of Object.keys(needs)) expect(compose.services).toHaveProperty(need)
    }
    const asked = [...text('docker-compose.yml').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
    const given = [...text('.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name)
    expect(new Set(asked)).toEqual(new Set(given))
  })

  test('no secret stands in it', () => {
    for (const [service, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET/.test(name)) expect(value, `${service}: ${name}`).toMatch(/^\$\{\w+\}$/)
        expect(String(value)).not.toMatch(/:\/\/\w+:(?!\$\{)[^@/]+@/)
      }
    }
  })

  test('everything starts after what it needs is healthy, and says itself whether it is', () => {
    for (const [name, { healthcheck, image, depends_on: needs = {} }] of services) {
      if (!image?.startsWith('segment-to-edx:')) expect(healthcheck, name).toHaveProperty('test')
      for (const [need, { condition }] of Object.entries(needs)) {
        expect(condition).toBe(need === 'setup' ? 'service_completed_successfully' : 'service_healthy')
      }
    }
    expect(Object.keys(compose.services['setup']?.depends_on ?? {})).toEqual(['kafka', 'registry'])
    for (const name of ['bridge', 'process-1', 'process-2'])
      expect(compose.services[name]?.depends_on).toHaveProperty('setup')
  })

  test('the product, and what watches it, cannot write where it runs, nor gain rights', () => {
    for (const name of ['setup', 'bridge', 'process-1', 'process-2', 'prometheus', 'alertmanager', 'grafana'])
      expect(compose.services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  })

  test('Prometheus scrapes the servers there are, and knows the rules and Alertmanager', () => {
    const { scrape_configs, alerting, rule_files } = parse(text('prometheus/prometheus.yml'))
    const targetsOf = (configs: { static_configs: { targets: string[] }[] }[]) =>
      configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets))
    const port = product[1]?.[1].environment?.['METRICS_PORT']
    expect(targetsOf(scrape_configs)).toEqual([`bridge:${port}`, `process-1:${port}`, `process-2:${port}`])
    expect(targetsOf(alerting.alertmanagers)).toEqual(['alertmanager:9093'])
    for (const file of rule_files)
      expect(existsSync(new URL(`../prometheus/${file}`, import.meta.url))).toBe(true)
    const { datasources } = parse(text('grafana/provisioning/datasources/prometheus.yml'))
    expect(datasources[0].url).toBe('http://prometheus:9090')
    const { providers } = parse(text('grafana/provisioning/dashboards/segment-to-edx.yml'))
    expect(compose.services['grafana']?.volumes).toContain(
      `./grafana/dashboards:${providers[0].options.path}:ro`,
    )
  })
})

describe('Dockerfile', () => {
  const dockerfile = text('Dockerfile')

  test('a linter finds nothing to say', () => {
    expect(validate(dockerfile)).toEqual([])
  })

  test('the image listens where compose and its own health check look', () => {
    const port = product[1]?.[1].environment?.['METRICS_PORT']
    expect(dockerfile).toContain(`127.0.0.1:${port}/healthz`)
    expect(SETTINGS.METRICS_PORT.default).toBe(port)
    expect(dockerfile).toContain('METRICS_HOST=0.0.0.0 BRIDGE_HOST=0.0.0.0')
    const settings = [...dockerfile.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)=/g)].map(([, name]) => name)
    expect([...Object.keys(SETTINGS), 'NODE_ENV']).toEqual(expect.arrayContaining(settings))
  })

  test('Node gets the signals, and runs as nobody special, from what was built', () => {
    expect(dockerfile).toMatch(/USER node[\s\S]*ENTRYPOINT \["node", "dist\/main.js"\]/)
    expect(dockerfile.match(/^FROM (\S+)/gm)).toEqual(Array(2).fill('FROM node:24.11.1-bookworm-slim'))
    for (const [, source] of dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm))
      for (const path of (source as string).split(' '))
        expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true)
  })
})
