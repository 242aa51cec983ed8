import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Product, startProduct } from '../../../dev/product.ts'
import { freePorts } from '../../../dev/stack/ports.ts'
import { silent } from '../../../dev/stack/progress.ts'
import { type Stack, startStack } from '../../../dev/stack/stack.ts'
import { type Outage, outageBefore } from '../../support/outage.ts'
import { type BrokerProxy, startBrokerProxy } from './broker-proxy.ts'
import { KNOWN_USERS } from './events.ts'

export const SESSION_TIMEOUT_MS = 6_000
/** SIGTERM ends a command within 10 s; the rest is for a busy machine. */
const STOP_WITHIN_MS = 10_000 + 5_000
const SUPERVISE_MS = 200

type Settings = Readonly<Record<string, string>>

/** A processor's place: what stands there is started again whenever it ends, as a supervisor does. */
export interface Slot {
  /** Of its metrics and its readiness, whoever stands there. */
  readonly url: string
  product: Product | null
  /** Somebody is at work on it: nobody else starts it. */
  isTaken: boolean
}

/** The whole system under test: the servers, and the product's commands as processes of their own. */
export interface World {
  readonly stack: Stack
  readonly settings: Settings
  /** Where the product's logs and the servers' data are; they stay. */
  readonly logs: string
  readonly slots: Slot[]
  readonly proxies: readonly BrokerProxy[]
  readonly database: Outage
  /** Of the bridge's metrics and its readiness. */
  readonly bridgeUrl: string
  /** What went against a promise, beside the records. */
  readonly faults: string[]
  /** Processors that ended by themselves. */
  readonly exits: string[]
  webhook(): string
  /** Another place for a processor, where nobody stands yet. */
  newSlot(): Promise<Slot>
  startProcessor(slot: Slot): void
  /** SIGTERM, and its promises: exit code 0, in time. */
  stopProcessor(slot: Slot): Promise<void>
  killBridge(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Ends the processors in good order. */
  stopProcessors(): Promise<void>
  close(): Promise<void>
}

export interface WorldOptions {
  readonly brokers: 1 | 3
  readonly processors: number
  readonly log: (text: string) => void
}

export async function startWorld({ brokers, processors, log }: WorldOptions): Promise<World> {
  const logs = await mkdtemp(join(tmpdir(), 'segment-to-edx-chaos-'))
  // PostgreSQL may run as another user, who has to pass through.
  await chmod(logs, 0o711)
  const stack = await startStack({
    // Where a promise was broken, Kafka's own log segments tell how.
    dataDirectory: join(logs, 'servers'),
    brokers,
    proxied: true,
    registryStorage: 'postgres',
    generatedUsers: KNOWN_USERS,
    progress: { ...silent, line: log },
  })
  const proxies = await Promise.all(
    stack.kafka.nodes.map(({ proxy }) => startBrokerProxy(proxy?.port ?? 0, proxy?.target ?? 0)),
  )
  const database = await outageBefore({ host: '127.0.0.1', port: stack.postgres.port })
  const settings: Settings = {
    KAFKA_BROKERS: stack.kafka.nodes.map(({ proxy }) => `127.0.0.1:${proxy?.port}`).join(),
    SCHEMA_REGISTRY_URL: stack.registry.url,
    DATABASE_URL: stack.postgres.url.replace(`:${stack.postgres.port}/`, `:${database.port}/`),
    SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
    BRIDGE_DRAIN_DELAY_MS: '0',
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: 'chaos',
  }
  const faults: string[] = []
  const exits: string[] = []
  const slots: Slot[] = []
  let serial = 0
  const [bridgeMetricsPort = 0] = await freePorts(1)
  let bridge: { readonly product: Product; readonly url: string }
  let isOver = false

  const setup = startProduct(['setup', '--start', 'earliest', '--wait', '60'], settings)
  if ((await setup.ended()) !== 0) throw new Error(setup.output())

  async function startBridge(port: string): Promise<void> {
    const logFile = join(logs, 'bridge.log')
    // Clients reach the bridge where it was before: here, as behind any load balancer.
    const product = startProduct(
      ['bridge'],
      { ...settings, BRIDGE_PORT: port, METRICS_PORT: String(bridgeMetricsPort) },
      { logFile },
    )
    const [, url = ''] = await product.until(/is served at ([^"\s]+)/)
    bridge = { product, url }
  }

  async function newSlot(): Promise<Slot> {
    const [port] = await freePorts(1)
    return { url: `http://127.0.0.1:${port}`, product: null, isTaken: false }
  }

  function startProcessor(slot: Slot): void {
    const name = `process-${++serial}`
    const own = { ...settings, METRICS_PORT: new URL(slot.url).port }
    const product = startProduct(['process'], own, { logFile: join(logs, `${name}.log`) })
    slot.product = product
    void product.ended().then(code => {
      if (slot.product !== product) return
      slot.product = null
      if (!slot.isTaken && !isOver) exits.push(`${name} ended with ${code ?? product.child.signalCode}`)
    })
  }

  async function stopProcessor(slot: Slot): Promise<void> {
    const { product } = slot
    if (!product) return
    // Before, Node itself takes the signal.
    await product.until(/"event":"started"/)
    product.child.kill('SIGTERM')
    const code = await Promise.race([product.ended(), sleep(STOP_WITHIN_MS, 'late' as const)])
    if (code !== 0) faults.push(`SIGTERM ended a processor with ${code}`)
    if (code === 'late') product.child.kill('SIGKILL')
    slot.product = null
  }

  const world: World = {
    stack,
    settings,
    logs,
    slots,
    proxies,
    database,
    bridgeUrl: `http://127.0.0.1:${bridgeMetricsPort}`,
    faults,
    exits,
    webhook: () => `${bridge.url}?key=chaos`,
    newSlot,
    startProcessor,
    stopProcessor,
    async killBridge(signal) {
      const { port } = new URL(bridge.url)
      bridge.product.child.kill(signal)
      const code = await Promise.race([bridge.product.ended(), sleep(STOP_WITHIN_MS, 'late' as const)])
      if (signal === 'SIGTERM' && code !== 0) faults.push(`SIGTERM ended the bridge with ${code}`)
      await startBridge(port)
    },
    async stopProcessors() {
      isOver = true
      await Promise.all(slots.map(stopProcessor))
    },
    async close() {
      isOver = true
      for (const product of [bridge?.product, ...slots.map(slot => slot.product)])
        product?.child.kill('SIGKILL')
      await Promise.all([...proxies.map(proxy => proxy.close()), database.close()])
      await stack.stop()
    },
  }
  await startBridge('0')
  for (let i = 0; i < processors; i++) slots.push(await newSlot())
  void (async () => {
    while (!isOver) {
      for (const slot of slots) if (!slot.product && !slot.isTaken) startProcessor(slot)
      await sleep(SUPERVISE_MS)
    }
  })()
  return world
}
