import { parseArgs } from 'node:util'
import { FAULTS, type FaultName } from './harness/faults.ts'
import { runChaos } from './harness/run.ts'

/*
 * `npm run chaos`: lets processors, brokers, the registry, the database and the network fail under load, and then
 * holds every record against what had to become of it. Its last line is one JSON object of figures. Exit code 1
 * where a promise was broken.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string' },
    brokers: { type: 'string', default: '1' },
    processors: { type: 'string', default: '2' },
    rate: { type: 'string', default: '360' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const say = (text: string) => process.stdout.write(`${text}\n`)
if (values.help) {
  say(`npm run chaos -- [--minutes N]     how long faults befall (3)
                 [--seed N]        the same faults again; a run says its own
                 [--brokers 1|3]   3: replicated, leaders move (1)
                 [--processors N]  (2)
                 [--rate N]        events a second (360)
                 [--only A,B:3]    just these faults, one of them three times, of: ${Object.keys(FAULTS).join(', ')}`)
  process.exit(0)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

function chosen(only: string): Map<FaultName, number | null> {
  const faults = new Map<FaultName, number | null>()
  for (const one of only.split(',')) {
    const [name = '', count] = one.split(':')
    if (!(name in FAULTS)) {
      say(`--only: ${name} is no fault; there are ${Object.keys(FAULTS).join(', ')}`)
      process.exit(2)
    }
    faults.set(name as FaultName, count ? Number(count) : null)
  }
  return faults
}

const seed = Number(values.seed ?? Date.now() % 1_000_000)
say(
  `Seed ${seed}: \`npm run chaos -- --minutes ${values.minutes} --brokers ${values.brokers} --seed ${seed}\` repeats it`,
)
const figures = await runChaos({
  minutes: Number(values.minutes),
  seed,
  brokers: values.brokers === '3' ? 3 : 1,
  processors: Number(values.processors),
  rate: Number(values.rate),
  ...(values.only && { only: chosen(values.only) }),
  log: say,
  signal: stop.signal,
})
const { faults, ...rest } = figures
for (const fault of faults.slice(0, 3000)) say(`BROKEN: ${fault}`)
if (faults.length > 3000) say(`… and ${faults.length - 30} more`)
say(JSON.stringify({ ...rest, broken: faults.length }))
process.exit(stop.signal.aborted ? 130 : faults.length === 0 ? 0 : 1)
