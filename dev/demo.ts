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
 * The main job, end to end, on real servers that this starts: what Segment sources of 2014 and of today would post
 * goes through the bridge to the raw topic, and through a processor for each rule set to its output and error topics.
 */

const SECRET = 'demo-webhook-secret'
const SIGNING_SECRET = 'demo-signing-secret'
/** By the rule set. A site with events of both kinds would run it so, each group with topics of its own. */
const GROUPS = {
  seed: {},
  current: {
    CONSUMER_GROUP: 'segment-to-edx-current',
    OUTPUT_TOPIC: 'edx.tracking.current',
    ERROR_TOPIC: 'edx.tracking.current.errors',
  },
}
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
  const groups = Object.entries(GROUPS).map(([rules, own]) => ({ ...env, ...own, RULES: rules }))
  for (const group of groups) {
    say(`\nsetup for RULES=${group.RULES}: topics, schema, starting offsets`)
    await runCommand(['setup', '--start', 'earliest'], group)
  }
  say('Starting the bridge and a processor for each rule set …')
  const bridge = await startServer('bridge', env, join(logs, 'bridge.log'))
  running.push(bridge)
  const processors = new Map<string, string>()
  for (const group of groups) {
    const server = await startServer('process', group, join(logs, `process-${group.RULES}.log`))
    running.push(server)
    processors.set(group.RULES, server.url)
  }
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
    for (const group of groups) if (!stop.signal.aborted) await showSamples(group, say)
  }
  const endView = showView({ bridge: bridge.url, processors }, posting.progress)
  await posting.done
  if (values.once && !stop.signal.aborted) {
    const checks = await Promise.all(groups.map(checkAll))
    await endView()
    for (const group of groups) await showSamples(group, say)
    for (const { text } of checks) say(text)
    exitCode = checks.every(({ isTrue }) => isTrue) ? 0 : 1
  } else await endView()
} finally {
  say('Stopping the processors, the bridge and the servers …')
  await Promise.all(running.map(server => server.stop()))
  await stack.stop()
}
process.exit(exitCode)
