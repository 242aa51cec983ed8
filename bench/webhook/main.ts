import type { Progress } from '../../dev/stack/progress.ts'
import { markdownTable, median, ratioOfPairs, spread } from '../report.ts'
import type { World } from '../world.ts'
import { type GoPrograms, goPrograms } from './go.ts'
import { type Bodies, writeBodies } from './load.ts'
import { measureTurn, type RunningServer, startServer, type WebhookMeasured } from './measure.ts'
import { bareNode, bridge, goServer, type WebhookServer } from './servers.ts'

interface WebhookRatios {
  /** Requests a second of single events, the product's by the Go server's. */
  readonly webhook_vs_go: number | null
  readonly webhook_p99_vs_go: number | null
  readonly webhook_array_events_per_second: number | null
}

export interface WebhookResults {
  readonly ratios: WebhookRatios
  /** By bodies and server, a figure a turn. */
  readonly runs: Readonly<Record<string, readonly WebhookMeasured[]>>
  readonly settings: Readonly<Record<string, string>>
  /** Why there is nothing, where there is nothing. */
  readonly note: string | null
}

const WARM_UP_SECONDS = 4
const TURN_SECONDS = 5
/** Short turns and many, one after the other, since a machine's speed changes within a minute. */
const TURNS_A_ROUND = 2

/** The product's webhook against a bare server and one in Go, in turn, over and over. */
export async function measureWebhook(
  world: World,
  progress: Progress,
  rounds: number,
): Promise<WebhookResults> {
  let programs: GoPrograms
  try {
    programs = await goPrograms()
  } catch (error) {
    return { ...resultsOf(new Map(), []), note: `The webhook is not measured: ${(error as Error).message}` }
  }
  const { single, arrays } = await writeBodies(world.logs)
  const servers = [bridge, goServer(programs), bareNode]
  const running: RunningServer[] = []
  const runs = new Map<string, WebhookMeasured[]>()
  try {
    for (const server of servers) running.push(await startServer(server, world))
    const withKafka = running.filter(({ server }) => server !== bareNode)
    for (const [bodies, all] of [
      [single, running],
      [arrays, withKafka],
    ] as const) {
      progress.line(`Webhook, ${bodies.name}: warming up, uncounted …`)
      for (const one of all) await measureTurn(one, bodies, programs.load, WARM_UP_SECONDS)
      for (let turn = 1; turn <= TURNS_A_ROUND * rounds; turn++) {
        // To and fro, so that nobody always comes after the same one.
        for (const one of turn % 2 === 1 ? all : all.toReversed()) {
          const measured = await measureTurn(one, bodies, programs.load, TURN_SECONDS)
          const name = nameOf(bodies, one.server)
          runs.set(name, [...(runs.get(name) ?? []), measured])
          progress.line(
            `  turn ${turn}: ${name}: ${Math.round(measured.requestsPerSecond)} requests/s, p99 ${measured.p99Millis} ms`,
          )
        }
      }
    }
  } finally {
    for (const one of running) await one.stop()
  }
  return resultsOf(runs, servers, { single, arrays })
}

const nameOf = (bodies: Bodies, server: WebhookServer) => `${server.name}, ${bodies.name}`

function resultsOf(
  runs: ReadonlyMap<string, WebhookMeasured[]>,
  servers: readonly WebhookServer[],
  bodies?: { single: Bodies; arrays: Bodies },
): WebhookResults {
  const [own, go] = servers
  const figure = (server: WebhookServer | undefined, of: Bodies | undefined, name: keyof WebhookMeasured) =>
    (server && of && runs.get(nameOf(of, server))?.map(run => run[name])) || []
  const ratio = (name: keyof WebhookMeasured) =>
    ratioOfPairs(figure(own, bodies?.single, name), figure(go, bodies?.single, name))
  const arrayEvents = median(figure(own, bodies?.arrays, 'eventsPerSecond'))
  return {
    ratios: {
      webhook_vs_go: ratio('requestsPerSecond'),
      webhook_p99_vs_go: ratio('p99Millis'),
      webhook_array_events_per_second: Number.isNaN(arrayEvents) ? null : Math.round(arrayEvents),
    },
    runs: Object.fromEntries(runs),
    settings: Object.fromEntries(servers.map(({ name, settings }) => [name, settings])),
    note: null,
  }
}

const COLUMNS: readonly (readonly [string, keyof WebhookMeasured])[] = [
  ['requests/s', 'requestsPerSecond'],
  ['events/s', 'eventsPerSecond'],
  ['p50 ms', 'p50Millis'],
  ['p99 ms', 'p99Millis'],
  ['CPU µs a request', 'cpuMicros'],
  ['broker CPU µs', 'brokerCpuMicros'],
  ['RSS MB', 'rssMegabytes'],
]

/** A row for each server and kind of bodies. */
export function webhookTable({ runs }: WebhookResults): string {
  return markdownTable([
    ['', 'runs', ...COLUMNS.map(([title]) => title)],
    ...Object.entries(runs).map(([name, all]) => [
      name,
      String(all.length),
      ...COLUMNS.map(([, of]) => spread(all.map(run => run[of]))),
    ]),
  ])
}
