import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Certificates } from './certificates.ts'
import { withFreePorts } from './ports.ts'
import { javaCommand } from './requirements.ts'
import { type KafkaUser, type SecuredListeners, scramArguments, securedProperties } from './secured-kafka.ts'
import { createServer, runOnce, type Server } from './server.ts'
import type { Supervisor } from './supervisor.ts'

const LOG4J = `-Dlog4j2.configurationFile=${fileURLToPath(new URL('log4j2.xml', import.meta.url))}`
/** The quick compiler only: what runs for seconds never wins back the time that the thorough one takes. */
const QUICK_START = '-XX:TieredStopAtLevel=1'
const TOOL_OPTIONS = [QUICK_START, '-XX:+UseSerialGC', '-Xmx256m']
/** Any UUID in Kafka's base64 form: the cluster is nobody else's. */
const CLUSTER_ID = 'c2VnbWVudC10by1lZHgAAA'

type KafkaNode = Server & {
  readonly id: number
  /** With `proxied`: a proxy belongs on the first port, which this node tells clients of, before the second. */
  readonly proxy?: { readonly port: number; readonly target: number }
}

export type Kafka = {
  /** Bootstrap addresses, `host:port`. */
  readonly brokers: readonly string[]
  readonly nodes: readonly KafkaNode[]
  /** Null unless asked for. */
  readonly secured: SecuredListeners | null
  /** Runs one of Kafka's own Java tools, such as `org.apache.kafka.tools.TopicCommand`; throws if it fails. */
  tool(mainClass: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }>
}

type KafkaOptions = {
  readonly brokers: 1 | 3
  readonly classPath: string
  readonly directory: string
  readonly supervisor: Supervisor
  readonly forMeasuring: boolean
  /** Each node also listens where only a proxy of the caller's leads to. */
  readonly proxied?: boolean
  /** With it, one node also listens for users who have to say who they are. */
  readonly secured?: Security | undefined
}

type Security = { readonly certificates: Certificates; readonly users: readonly KafkaUser[] }

/** Starts a KRaft cluster whose nodes are broker and controller both. */
export function startKafka(options: KafkaOptions): Promise<Kafka> {
  return withFreePorts(options.brokers * 4 + 2, async (...ports) => {
    const ids = Array.from({ length: options.brokers }, (_, index) => index + 1)
    const brokerPorts = ports.slice(0, options.brokers)
    const controllerPorts = ports.slice(options.brokers)
    const [saslSsl, ssl] = ports.slice(-2).map(port => `127.0.0.1:${port}`)
    const secured = options.secured && saslSsl && ssl ? { saslSsl, ssl } : null
    const proxies = ids.map((_, index) => ({
      port: ports[2 * options.brokers + index] ?? 0,
      target: ports[3 * options.brokers + index] ?? 0,
    }))
    const voters = ids.map((id, index) => `${id}@127.0.0.1:${controllerPorts[index]}`).join(',')
    const nodes = await Promise.all(
      ids.map((id, index) =>
        createNode(options, {
          id,
          port: brokerPorts[index] ?? 0,
          controllerPort: controllerPorts[index] ?? 0,
          voters,
          secured: id === 1 ? secured : null,
          ...(options.proxied && { proxy: proxies[index] }),
        }),
      ),
    )
    try {
      await Promise.all(nodes.map(node => node.start()))
    } catch (error) {
      await Promise.all(nodes.map(node => node.kill()))
      throw error
    }
    return {
      brokers: nodes.map(node => `127.0.0.1:${node.port}`),
      nodes,
      secured,
      tool: (mainClass, args) =>
        promisify(execFile)(javaCommand, [...TOOL_OPTIONS, '-cp', options.classPath, mainClass, ...args]),
    }
  })
}

type Place = {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  readonly voters: string
  readonly proxy?: KafkaNode['proxy'] | undefined
  readonly secured: SecuredListeners | null
}

async function createNode(options: KafkaOptions, place: Place): Promise<KafkaNode> {
  const { id, port, secured } = place
  const directory = join(options.directory, `kafka-${id}`)
  const config = `${directory}.properties`
  const own = properties({ ...place, brokers: options.brokers, directory })
  const { certificates, users = [] } = options.secured ?? {}
  const more = secured && certificates ? await securedProperties(secured, certificates, users) : {}
  await writeFile(config, linesOf(merge(own, more)))
  const format = ['format', '--ignore-formatted', '--cluster-id', CLUSTER_ID, '--config', config]
  if (secured) format.push(...scramArguments(users))
  await runOnce(options.supervisor, {
    name: `Formatting the storage of Kafka ${id}`,
    command: javaCommand,
    args: [...TOOL_OPTIONS, '-cp', options.classPath, 'kafka.tools.StorageTool', ...format],
    logFile: `${directory}.format.log`,
    endSignal: 'SIGKILL',
  })
  const server = createServer(options.supervisor, {
    name: `Kafka ${id}`,
    port,
    command: javaCommand,
    args: [
      ...(options.forMeasuring ? [] : [QUICK_START]),
      '-Xms256m',
      '-Xmx768m',
      LOG4J,
      '-cp',
      options.classPath,
      'kafka.Kafka',
      config,
    ],
    logFile: `${directory}.log`,
    endSignal: 'SIGKILL',
    ready: log => log.includes('Kafka Server started'),
  })
  return Object.defineProperties(server, {
    id: { value: id, enumerable: true },
    proxy: { value: place.proxy, enumerable: true },
  }) as KafkaNode
}

/** server.properties: what differs from Kafka's defaults. */
function properties(node: Place & { readonly brokers: number; readonly directory: string }): Properties {
  const { proxy } = node
  const minInSync = node.brokers === 1 ? 1 : 2
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': node.voters,
    'controller.listener.names': 'CONTROLLER',
    listeners:
      `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}` +
      (proxy ? `,PROXIED://127.0.0.1:${proxy.target}` : ''),
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}${proxy ? `,PROXIED://127.0.0.1:${proxy.port}` : ''}`,
    ...(proxy && {
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
    }),
    'log.dirs': node.directory,

    'auto.create.topics.enable': false,
    'default.replication.factor': node.brokers,
    'min.insync.replicas': minInSync,

    // A group starts at once instead of waiting 3 s for more members.
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': node.brokers,
    'offsets.topic.num.partitions': 8,

    'transaction.state.log.replication.factor': node.brokers,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': 8,
    // The transactions of a killed process are aborted soon after their timeout, not up to 10 s later.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,

    'share.coordinator.state.topic.replication.factor': node.brokers,
    'share.coordinator.state.topic.min.isr': minInSync,
  }
}

type Properties = Readonly<Record<string, string | number | boolean>>

/** Both name listeners, and all of them hold; clients are told the addresses that are listened on. */
function merge(own: Properties, more: Properties): Properties {
  const listeners = more['listeners'] ? `,${more['listeners']}` : ''
  return {
    ...{ ...own, ...more },
    listeners: `${own['listeners']}${listeners}`,
    'advertised.listeners': `${own['advertised.listeners']}${listeners}`,
  }
}

const linesOf = (properties: Properties): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
