import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAULTS_SEEN, type FaultSeen } from '../../dev/docs/faults.ts'
import { type Prometheus, startPrometheus } from '../../dev/observability/prometheus.ts'
import { timeDividedBy } from '../../dev/observability/time.ts'
import { type Feeder, startFeeder } from '../chaos/harness/feeder.ts'
import { startWorld, type World } from '../chaos/harness/world.ts'
import { PROVOKE } from './provoke.ts'
import { DASHBOARDS, panelsOf, withVariables } from './queries.ts'

/*
 * Breaks a stack of its own in every way that docs/operations.md tells of, under a real Prometheus with the rules as
 * they are but with all times divided by 20. What the table says of a fault has to be seen, all of it at one time;
 * once it is mended, all is ready again and what waits is worked off.
 */

const PROCESSORS = 2
const RATE = 100
const soon = { timeout: 60_000, interval: 500 }
const isMissing = spawnSync('prometheus', ['--version']).error !== undefined
if (isMissing)
  process.stderr.write('Skipped: the faults under Prometheus. To run them: apt-get install prometheus\n')

describe.skipIf(isMissing)('what is seen of a fault', { timeout: 300_000 }, () => {
  let world: World
  let prometheus: Prometheus
  let feeder: Feeder

  beforeAll(async () => {
    world = await startWorld({ brokers: 1, processors: PROCESSORS, log: () => {} })
    feeder = startFeeder(world.webhook, RATE)
    const processors = world.slots.map(({ url }) => url)
    const targets = { 'segedx-bridge': [world.bridgeUrl], 'segedx-process': processors }
    prometheus = await startPrometheus({ targets, time: timeDividedBy(20) })
  })
  afterAll(async () => {
    await feeder?.stop()
    await world?.stopProcessors()
    await world?.close()
    await prometheus?.stop()
  })

  test('before any, all is ready and at work', async () => {
    await expect.poll(unready, soon).toEqual([])
    await expect.poll(() => shown('Committed'), soon).toBeGreaterThan(0)
  })

  test.for(Object.keys(FAULTS_SEEN) as (keyof typeof FAULTS_SEEN)[])('%s', async name => {
    const seen: FaultSeen = FAULTS_SEEN[name]
    const begun = await logSizes()
    const mend = await PROVOKE[name](world)
    try {
      await expect.poll(async () => (await notSeen(seen)).join('\n'), soon).toBe('')
      if (seen.event !== null) await expect.poll(() => eventsSince(begun), soon).toContain(seen.event)
    } finally {
      await mend()
    }
    await expect.poll(unready, soon).toEqual([])
    await expect.poll(() => shown('Waiting records'), soon).toBeLessThan(2 * RATE)
    // Those that tell of a while, which is not over yet.
    const lasting = new Set<string>([
      ...[
        'RecordsSkipped',
        'RejectedShareHigh',
        'RejectedShareCritical',
        'WebhookBurnFast',
        'WebhookBurnSlow',
      ],
    ])
    const gone = async () => (await prometheus.firing()).filter(alert => !lasting.has(alert))
    await expect.poll(gone, soon).toEqual([])
  })

  /** What the table says and cannot be seen at this moment. */
  async function notSeen({ notReady, panels, alerts }: FaultSeen): Promise<string[]> {
    const reasons = await unready()
    const missing: string[] = []
    for (const [of, part, reason] of notReady) {
      if (!reasons.some(one => one.startsWith(`${of}: ${part}: `) && one.includes(reason)))
        missing.push(`${of}: ${part}: …${reason}… among [${reasons}]`)
    }
    if (notReady.length === 0) missing.push(...reasons)
    for (const [title, condition] of Object.entries(panels)) {
      const value = await shown(title)
      if (!holds(value, condition)) missing.push(`${title} ${condition}, is ${value}`)
    }
    const firing = await prometheus.firing()
    for (const alert of alerts) if (!firing.includes(alert)) missing.push(`${alert} among [${firing}]`)
    return missing
  }

  /** Every part that is not ready, of the processes that answer. */
  async function unready(): Promise<string[]> {
    const all = [['bridge', world.bridgeUrl], ...world.slots.map(({ url }) => ['process', url])] as const
    const answers = all.map(async ([of, url]) => {
      const response = await fetch(`${url}/readyz`).catch(() => null)
      if (!response) return []
      const { components } = (await response.json()) as {
        components: Record<string, { ready: boolean; reason?: string }>
      }
      return Object.entries(components).flatMap(([part, { ready, reason }]) =>
        ready ? [] : [`${of}: ${part}: ${reason}`],
      )
    })
    return (await Promise.all(answers)).flat()
  }

  async function shown(title: string): Promise<number> {
    const panel = DASHBOARDS.flatMap(panelsOf).find(one => one.type === 'stat' && one.title === title)
    const query = withVariables(panel?.targets?.[0]?.expr ?? '', '60s')
    const { result } = await prometheus.get<{ result: { value: [number, string] }[] }>('query', { query })
    return Number(result[0]?.value[1] ?? Number.NaN)
  }

  const logsOf = async () => (await readdir(world.logs)).filter(file => file.endsWith('.log'))

  async function logSizes(): Promise<Map<string, number>> {
    const sizes = new Map<string, number>()
    for (const file of await logsOf()) sizes.set(file, (await readFile(join(world.logs, file))).length)
    return sizes
  }

  async function eventsSince(begun: ReadonlyMap<string, number>): Promise<string[]> {
    const events = new Set<string>()
    for (const file of await logsOf()) {
      const text = (await readFile(join(world.logs, file))).subarray(begun.get(file) ?? 0).toString()
      for (const [, event = ''] of text.matchAll(/"event":"(\w+)"/g)) events.add(event)
    }
    return [...events]
  }
})

function holds(value: number, condition: string): boolean {
  const [operator, limit] = condition.split(' ')
  if (operator === '<') return value < Number(limit)
  return operator === '>' ? value > Number(limit) : value === Number(limit)
}
