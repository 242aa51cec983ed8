import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { checkAll, showSamples } from './demo/closing.ts'
import { feed } from './demo/feed.ts'
import { type Running, runCommand, startServer } from './demo/processes.ts'
import { showView } from './demo/view.ts'
import { terminalProgress } from './stack/progress.ts'
import { startStack } from './stack/stack.ts'

/*
 * The main job, end to end, on real servers that this starts: what a Segment source would post goes through the
 * bridge to the raw topic, and through two processors to the output and error topics.
 */

const SECRET = 'demo-webhook-secret'
const SIGNING_SECRET = 'demo-signing-secret'
const SAMPLES_AFTER_MS = 5_000
const say = (text: string) => process.stdout.write(`${text}\n`)

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    events: { type: 'string', default: '3000' },
    rate: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  say(`npm run demo                  posts events until Ctrl-C, and shows what happens
npm run demo -- --once        posts a bounded number of events, checks the ledger, and ends: 0 if it is true, else 1
                --events N    how many with --once (3000)    --rate N  events a second (300)    --seed N`)
  process.exit(0)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

const stack = await startStack({ progress: terminalProgress(), generatedUsers: 2_000 })
const running: Running[] = []
let exitCode = 0
try {
  const env = {
    KAFKA_BROKERS: stack.kafka.brokers.join(','),
    SCHEMA_REGISTRY_URL: stack.registry.url,
    DATABASE_URL: stack.postgres.url,
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: SECRET,
    SEGMENT_SIGNING_SECRET: SIGNING_SECRET,
    BRIDGE_PORT: '0',
    BRIDGE_DRAIN_DELAY_MS: '0',
  }
  const logs = await mkdtemp(join(tmpdir(), 'segment-to-edx-demo-'))
  say('\nsetup: topics, schema, starting offsets')
  await runCommand(['setup', '--start', 'earliest'], env)
  say('Starting the bridge and two processors …')
  const bridge = await startServer('bridge', env, join(logs, 'bridge.log'))
  running.push(bridge)
  for (const n of [1, 2]) running.push(await startServer('process', env, join(logs, `process-${n}.log`)))
  for (const { url, log } of running) say(`  metrics ${url}/metrics   log ${log}`)

  const posting = feed({
    url: `${bridge.webhook}?key=${SECRET}`,
    signingSecret: SIGNING_SECRET,
    seed: Number(values.seed),
    rate: Number(values.rate),
    events: values.once ? Number(values.events) : Number.POSITIVE_INFINITY,
    signal: stop.signal,
  })
  if (!values.once) {
    // By then each topic has something to show; the view below is drawn over and over.
    await sleep(SAMPLES_AFTER_MS, undefined, { signal: stop.signal }).catch(() => {})
    if (!stop.signal.aborted) await showSamples(env, say)
  }
  const endView = showView(
    running.map(({ url }) => url),
    posting.progress,
  )
  await posting.done
  if (values.once && !stop.signal.aborted) {
    const check = await checkAll(env)
    await endView()
    await showSamples(env, say)
    say(check.text)
    exitCode = check.isTrue ? 0 : 1
  } else await endView()
} finally {
  say('Stopping the processors, the bridge and the servers …')
  await Promise.all(running.map(server => server.stop()))
  await stack.stop()
}
process.exit(exitCode)
