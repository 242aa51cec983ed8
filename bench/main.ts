import { parseArgs } from 'node:util'
import { silent, terminalProgress } from '../dev/stack/progress.ts'
import { type Contender, type Entry, kafkaStreams, ordinaryKafkajs, product } from './contenders.ts'
import { CONTENDERS as LATENCY, latencyRatio, measureLatency } from './latency/latency.ts'
import { latencyTable } from './latency/report.ts'
import { ratio, table } from './report.ts'
import { deleteTopics, type Measured, measure } from './run.ts'
import { difference } from './same-bytes.ts'
import { startWorld } from './world.ts'

/*
 * `npm run bench`: the product against what a team would otherwise take for this job, on servers that it starts, on
 * the same events, in turn. Its figures are this machine's: read the ratios.
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
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(`npm run bench                     a few rounds, less than 10 minutes
npm run bench -- --full           more rounds, on 1.2 million events
              -- --json           one JSON object instead of the table
              -- --profile        only writes a CPU profile of \`process\`
  --events N  --rounds N  --only product,product2,kafka-streams,kafkajs
  --only latency     how long a record takes, at low rates
  --with NAME=VALUE  the product with another setting, too, in turn with the others
`)
  process.exit(0)
}

const CONTENDERS = {
  product: product(1),
  'kafka-streams': kafkaStreams(2, 1_000),
  product2: product(2),
  kafkajs: ordinaryKafkajs,
} as const satisfies Record<string, Contender>

const events = Number(values.events ?? (values.full ? 1_200_000 : 400_000))
const rounds = Number(values.rounds ?? (values.full ? 5 : 3))
const names = values.profile ? ['product'] : (values.only ?? Object.keys(CONTENDERS).join()).split(',')
const progress = values.json ? silent : terminalProgress()
const chosen: [string, Contender][] = [
  ...Object.entries(CONTENDERS).filter(([name]) => names.includes(name)),
  ...values.with.map((setting): [string, Contender] => [setting, product(1, { settings: [setting] })]),
]

const world = await startWorld(values.only === 'latency' ? 0 : events, progress)
if (values.only === 'latency') await latencyOnly()
const results = new Map<string, Measured[]>()
const notes: string[] = []
try {
  await warmUp()
  if (values.profile) await profile()
  else for (let round = 1; round <= rounds; round++) await runRound(round)
} finally {
  await world.close()
}
if (!values.profile) print()
process.exit()

/** Nothing else is measured, and the process ends. */
async function latencyOnly(): Promise<never> {
  const others = values.with.map(setting => product(1, { settings: [setting] }))
  const results = await measureLatency(world, progress, { contenders: [...LATENCY, ...others] })
  await world.close()
  const ratios = {
    latency_p50_vs_kafka_streams: latencyRatio(results, 'p50'),
    latency_p99_vs_kafka_streams: latencyRatio(results, 'p99'),
  }
  const texts = [results.settings, ratios].flatMap(Object.entries).map(([name, value]) => `${name}: ${value}`)
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ ...results, ratios })}\n`
      : `\n${[latencyTable(results), '', ...texts, ...results.notes].join('\n')}\n`,
  )
  process.exit()
}

/** The broker's own code is cold at first, and whoever comes first would pay for it. */
async function warmUp(): Promise<void> {
  progress.line('Warming up the broker, uncounted …')
  await deleteTopics((await measure(product(1), world)).entry)
}

async function runRound(round: number): Promise<void> {
  const entries = new Map<string, Entry>()
  // To and fro, so that nobody always comes after the same one.
  for (const [key, contender] of round % 2 === 1 ? chosen : [...chosen].reverse()) {
    progress.status(`  round ${round} of ${rounds}: ${contender.name}`)
    try {
      const { measured, entry } = await measure(contender, world)
      results.set(contender.name, [...(results.get(contender.name) ?? []), measured])
      progress.line(`  round ${round}: ${contender.name}: ${Math.round(measured.eventsPerSecond)} events/s`)
      entries.set(key, entry)
    } catch (error) {
      notes.push(`${contender.name}: ${(error as Error).message}`)
      progress.line(notes.at(-1) ?? '')
    }
  }
  const [own, peer] = [entries.get('product'), entries.get('kafka-streams')]
  if (round === 1 && own && peer) {
    const found = await difference(own, peer)
    notes.push(found ? `Not the same records: ${found}` : 'Both wrote the same records, bytes and headers.')
    progress.line(`  ${notes.at(-1)}`)
  }
  await Promise.all([...entries.values()].map(deleteTopics))
}

async function profile(): Promise<void> {
  const { measured, entry } = await measure(
    product(1, { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${world.logs}`] }),
    world,
  )
  await deleteTopics(entry)
  process.stdout.write(`${Math.round(measured.eventsPerSecond)} events/s; the profile is in ${world.logs}\n`)
}

function print(): void {
  const { name: own } = CONTENDERS.product
  const { name: two } = CONTENDERS.product2
  const { name: streams } = CONTENDERS['kafka-streams']
  const ratios = {
    throughput_1p_vs_kafka_streams: ratio(results, own, streams, 'eventsPerSecond'),
    throughput_2p_vs_kafka_streams: ratio(results, two, streams, 'eventsPerSecond'),
    warm_2p_vs_kafka_streams: ratio(results, two, streams, 'secondHalfPerSecond'),
    cpu_vs_kafka_streams: ratio(results, own, streams, 'clientCpuMicros'),
    warm_cpu_vs_kafka_streams: ratio(results, own, streams, 'secondHalfCpuMicros'),
    rss_vs_kafka_streams: ratio(results, own, streams, 'rssMegabytes'),
    throughput_1p_vs_kafkajs_stock: ratio(results, own, ordinaryKafkajs.name, 'eventsPerSecond'),
    latency_p99_vs_kafka_streams: null,
    webhook_vs_go: null,
  }
  notes.push('latency_p99_vs_kafka_streams, webhook_vs_go: null, since this does not measure them yet.')
  const settings = Object.fromEntries(chosen.map(([, contender]) => [contender.name, contender.settings]))
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ events, rounds, ratios, settings, results: Object.fromEntries(results), notes })}\n`,
    )
    return
  }
  const lines = [
    table(results),
    '',
    ...Object.entries(settings).map(([name, text]) => `${name}: ${text}`),
    ...notes,
    '',
    ...Object.entries(ratios).map(([name, value]) => `${name}: ${value ?? 'null'}`),
  ]
  process.stdout.write(`\n${lines.join('\n')}\n`)
}
