/*
 * `node --import tsx dev/observability/pictures.ts`: draws the dashboards into docs/images, as they look after some
 * minutes of the scenario. It needs Debian's prometheus and chromium. Grafana itself is not needed: a look, no more.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { terminalProgress } from '../stack/progress.ts'
import { startStack } from '../stack/stack.ts'
import { dashboardFiles } from './dashboards/index.ts'
import { drawing, HEIGHT_OF_ROW, WIDTH } from './pictures/drawing.ts'
import { type DrawnDashboard, filled } from './pictures/filled.ts'
import { startPrometheus } from './prometheus.ts'
import { startScenario } from './scenario.ts'
import { timeDividedBy } from './time.ts'

const QUIET_MS = 60_000
const say = (text: string) => process.stderr.write(`${text}\n`)

const stack = await startStack({ progress: terminalProgress() })
const servers = {
  brokers: stack.kafka.brokers,
  registryUrl: stack.registry.url,
  databaseUrl: stack.postgres.url,
}
const scenario = await startScenario(servers, 'pictures', 60)
const prometheus = await startPrometheus({ targets: scenario.targets, time: timeDividedBy(20) })
const startedAt = Date.now()
try {
  await befall()
  await mkdir(new URL('../../docs/images', import.meta.url), { recursive: true })
  for (const [file, text] of Object.entries(dashboardFiles())) {
    const name = /(\w+)\.json$/.exec(file)?.[1] ?? ''
    const seconds = Math.round((Date.now() - startedAt) / 1_000)
    await draw(name, await filled(JSON.parse(text), prometheus, seconds))
  }
} finally {
  await scenario.stop()
  await prometheus.stop()
  await stack.stop()
}
process.exit()

/** Some minutes of work, and what may befall it. */
async function befall(): Promise<void> {
  say('At work …')
  await sleep(QUIET_MS)
  await scenario.postOddities()
  say('The database is away …')
  await scenario.database.refuse()
  await sleep(25_000)
  await scenario.database.heal()
  await sleep(QUIET_MS / 2)
  say('Much is rejected …')
  const stop = new AbortController()
  const posting = scenario.postRejected(stop.signal)
  await sleep(25_000)
  stop.abort()
  await posting
  say('A processor is fenced, and held up, and killed …')
  await scenario.fenceProcessor()
  await scenario.pauseProcessor(15_000)
  await sleep(QUIET_MS / 3)
  await scenario.restartProcessor()
  await sleep(QUIET_MS)
}

async function draw(name: string, dashboard: DrawnDashboard): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'segedx-pictures-'))
  const page = join(directory, `${name}.html`)
  await writeFile(page, await drawing(dashboard))
  const height =
    Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * HEIGHT_OF_ROW + 24
  const picture = fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url))
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${join(directory, 'profile')}`,
    `--window-size=${WIDTH},${height}`,
    `--screenshot=${picture}`,
    `file://${page}`,
  ]
  const { status, stderr, error } = spawnSync('chromium', args, { encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) throw new Error(`chromium did not draw ${name}: ${error?.message ?? stderr}`)
  say(`Drawn: ${picture}`)
  await rm(directory, { recursive: true })
}
