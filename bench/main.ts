import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { silent, terminalProgress } from '../dev/stack/progress.ts'
import { backlogRatios, CONTENDERS, measureBacklog } from './backlog.ts'
import { barsOf } from './bars.ts'
import { barChart } from './chart.ts'
import { type Contender, product } from './contenders.ts'
import { measureGrowth } from './growth/growth.ts'
import { growthTables } from './growth/report.ts'
import { CONTENDERS as LATENCY, latencyRatio, measureLatency, QUICK } from './latency/latency.ts'
import { latencyTable } from './latency/report.ts'
import { table } from './report.ts'
import { deleteTopics, measure } from './run.ts'
import { measureWebhook, webhookTable } from './webhook/main.ts'
import { startWorld, type World } from './world.ts'

/*
 * `npm run bench`: the product against what a team would otherwise take for this job, on servers that it starts, on
 * the same events, in turn. Its figures are this machine's: read the ratios. Four parts: a backlog that is worked
 * through, how long a record takes at low rates, the webhook, and how the product's own cost grows.
 */

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    events: { type: 'string' },
    rounds: { type: 'string' },
    only: { type: 'string' },
    with: { type: 'string', multiple: true, default: [] },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(`npm run bench                     a few rounds, less than 10 minutes
npm run bench -- --full           more rounds, on 1.2 million events, and at lower rates; and growth
              -- --json           one JSON object instead of the tables
              -- --profile        only writes a CPU profile of \`process\`
  --events N         of the backlog; of growth, the largest backlog
  --rounds N
  --only product,product2,kafka-streams,kafkajs,latency,webhook,growth
  --with NAME=VALUE  the product with another setting, too, in turn with the others
  --chart FILE       also draws the figures, as SVG
`)
  process.exit(0)
}

const all = [...Object.keys(CONTENDERS), 'latency', 'webhook', ...(values.full ? ['growth'] : [])]
const names = values.profile ? [] : (values.only?.split(',') ?? all)
const rounds = Number(values.rounds ?? (values.full ? 5 : 2))
const others = values.with.map((setting): [string, Contender] => [
  setting,
  product(1, { settings: [setting] }),
])
const chosen = [...Object.entries(CONTENDERS).filter(([name]) => names.includes(name)), ...others]
const isBacklog = values.profile || names.some(name => name in CONTENDERS)
const events = isBacklog ? Number(values.events ?? (values.full ? 1_200_000 : 400_000)) : 0
const progress = values.json ? silent : terminalProgress()

const growth = names.includes('growth')
  ? await measureGrowth(progress, Number(values.events ?? 2_000_000))
  : null
const world = names.join() === 'growth' ? null : await startWorld(events, progress)
try {
  if (world && values.profile) await profile(world)
  else await measureAll(world)
} finally {
  await world?.close()
}
process.exit()

async function profile(on: World): Promise<void> {
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${on.logs}`]
  const { measured, entry } = await measure(product(1, { nodeOptions }), on)
  await deleteTopics(entry)
  process.stdout.write(`${Math.round(measured.eventsPerSecond)} events/s; the profile is in ${on.logs}\n`)
}

async function measureAll(on: World | null): Promise<void> {
  const backlog = on && isBacklog ? await measureBacklog(on, progress, chosen, rounds) : null
  const ofLatency = values.full || values.only === 'latency' ? LATENCY : QUICK.contenders
  const rates = values.full || values.only === 'latency' ? {} : { rates: QUICK.rates }
  const contenders = isBacklog ? ofLatency : [...ofLatency, ...others.map(([, contender]) => contender)]
  const latency =
    on && names.includes('latency') ? await measureLatency(on, progress, { ...rates, contenders }) : null
  const webhook = on && names.includes('webhook') ? await measureWebhook(on, progress, rounds) : null
  const ratios = {
    ...backlogRatios(backlog?.results ?? new Map()),
    latency_p50_vs_kafka_streams: latency && latencyRatio(latency, 'p50'),
    latency_p99_vs_kafka_streams: latency && latencyRatio(latency, 'p99'),
    webhook_vs_go: null,
    ...webhook?.ratios,
  }
  if (values.chart !== undefined)
    await writeFile(values.chart, barChart(barsOf(events, { backlog, latency, webhook })))
  const settings = Object.fromEntries(chosen.map(([, contender]) => [contender.name, contender.settings]))
  const results = Object.fromEntries(backlog?.results ?? [])
  const notes = [
    ...(backlog?.notes ?? []),
    ...(latency?.notes ?? []),
    ...(webhook?.note ? [webhook.note] : []),
    ...(growth?.notes ?? []),
  ]
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ events, rounds, ratios, settings, results, latency, webhook, growth, notes })}\n`,
    )
    return
  }
  const asLines = (all: object) => Object.entries(all).map(([name, value]) => `${name}: ${value ?? 'null'}`)
  const parts = [
    ...(backlog ? [table(backlog.results), ...asLines(settings)] : []),
    ...(latency ? ['', latencyTable(latency), ...asLines(latency.settings)] : []),
    ...(webhook ? ['', webhookTable(webhook), ...asLines(webhook.settings)] : []),
    ...(growth ? ['', growthTables(growth)] : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...(on ? ['', ...asLines(ratios)] : []),
  ]
  process.stdout.write(`\n${parts.join('\n')}\n`)
}
