import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../dev/stack/ports.ts'
import { cpuSeconds, type Program, peakMegabytes } from '../processes.ts'
import { setUp, topicsOf, type World } from '../world.ts'
import { type Bodies, load, type Seen } from './load.ts'
import { TARGET, type WebhookServer } from './servers.ts'

/** What one turn of one server came to. */
export interface WebhookMeasured {
  readonly requestsPerSecond: number
  readonly eventsPerSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
  /** Of the server, a request. */
  readonly cpuMicros: number
  readonly brokerCpuMicros: number
  /** The most it has had so far. */
  readonly rssMegabytes: number
}

/** A server at work, which waits for requests. */
export interface RunningServer {
  readonly server: WebhookServer
  readonly program: Program
  readonly port: number
  readonly world: World
  stop(): Promise<void>
}

const READY_WITHIN_MS = 20_000
let serial = 0

/** Starts a server on a topic of its own. */
export async function startServer(server: WebhookServer, world: World): Promise<RunningServer> {
  const topic = `bench.webhook.${++serial}`
  await createTopic(world, topic)
  const [port = 0] = await freePorts(1)
  const program = server.start({ world, port, topic })
  const stop = async () => {
    await program.stop()
    await world.admin.deleteTopics({ topics: [topic] })
  }
  try {
    await untilReady(program, port)
  } catch (error) {
    await stop()
    throw error
  }
  return { server, program, port, world, stop }
}

/** Loads a server for so many seconds. Throws where it refuses anything. */
export async function measureTurn(
  { server, program, port, world }: RunningServer,
  bodies: Bodies,
  loadProgram: string,
  forSeconds: number,
): Promise<WebhookMeasured> {
  const before = cpuOf(program, world)
  const seen = await load(loadProgram, port, bodies, forSeconds)
  const after = cpuOf(program, world)
  if (seen.failed > 0) throw new Error(`${server.name} refused ${seen.failed} of ${seen.requests}`)
  const micros = (of: 'server' | 'broker') => ((after[of] - before[of]) / seen.requests) * 1e6
  return {
    ...speed(seen, bodies),
    cpuMicros: micros('server'),
    brokerCpuMicros: micros('broker'),
    rssMegabytes: peakMegabytes([program.pid]),
  }
}

const cpuOf = (program: Program, { brokerPids }: World) => ({
  server: cpuSeconds([program.pid]),
  broker: cpuSeconds(brokerPids),
})

const speed = ({ requests, seconds, p50Millis, p99Millis }: Seen, { eventsEach }: Bodies) => ({
  requestsPerSecond: requests / seconds,
  eventsPerSecond: (requests * eventsEach) / seconds,
  p50Millis,
  p99Millis,
})

/** By the product's own `setup`, with the sizes that the bridge needs. */
async function createTopic(world: World, topic: string): Promise<void> {
  const output = `${topic}.none`
  await setUp(world, topic, output, topic)
  await world.admin.deleteTopics({ topics: Object.values(topicsOf(output)) })
}

async function untilReady(program: Program, port: number): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  const headers = { 'content-type': 'application/json' }
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${TARGET}`, {
      method: 'POST',
      headers,
      body: '{}',
    }).catch(() => null)
    if (answer?.ok) return
    if (program.ended() !== null || performance.now() > deadline) {
      const said = readFileSync(program.logFile, 'utf8').slice(-2_000)
      throw new Error(`A server ended (${program.ended()}) or is too slow; it said:\n${said}`)
    }
    await sleep(50)
  }
}
