/** What the settings ask of a topic. */
export interface TopicWish {
  readonly name: string
  readonly partitions: number
  /** -1: for ever. */
  readonly retentionMs: number
  readonly maxMessageBytes: number
  /** Kafka keeps the last record of each key, for as long as the retention says. */
  readonly compacted?: true
}

/** Settings of a topic, by Kafka's names. */
type TopicConfigs = ReadonlyMap<string, string>

/** A topic as it stands; the settings include Kafka's defaults. */
export interface TopicState {
  readonly partitions: number
  readonly replicas: number
  readonly configs: TopicConfigs
}

/** What the cluster is like. */
export interface ClusterState {
  readonly brokers: number
  /** The largest request that brokers read (`socket.request.max.bytes`); undefined where they do not say. */
  readonly requestBytes: number | undefined
}

/** What is to be done about a topic. */
export interface TopicPlan {
  readonly name: string
  /** The topic is not there, and is to be made so. */
  readonly create: TopicState | null
  /** Settings to change on the topic that is there. */
  readonly alter: TopicConfigs
  /** In a few words, how it stands once that is done. */
  readonly state: string
  /** What is not as wished, and only a person can change. */
  readonly notes: readonly string[]
}

const same = (found: string, wished: string) => found === wished
const atLeast = (found: string, wished: string) => Number(found) >= Number(wished)
const asLong = (found: string, wished: string) =>
  found === '-1' || (wished !== '-1' && atLeast(found, wished))

/** When a setting that is found will do: what somebody has raised stays. */
const WILL_DO: Readonly<Record<string, (found: string, wished: string) => boolean>> = {
  'cleanup.policy': same,
  'message.timestamp.type': same,
  'retention.ms': asLong,
  'max.message.bytes': atLeast,
  'min.insync.replicas': atLeast,
}

/** Compares a topic with what it has to be; `found` is undefined where there is none. */
export function planTopic(wish: TopicWish, found: TopicState | undefined, cluster: ClusterState): TopicPlan {
  const { name } = wish
  const notes = requestNotes(wish, cluster)
  const replicas = cluster.brokers >= 3 ? 3 : 1
  if (!found) {
    const create = { partitions: wish.partitions, replicas, configs: configsOf(wish, replicas) }
    return { name, create, alter: new Map(), state: `created, ${sizeOf(create)}`, notes }
  }
  const alter = new Map(
    [...configsOf(wish, found.replicas)].filter(([config, value]) => {
      const current = found.configs.get(config)
      return current === undefined || !WILL_DO[config]?.(current, value)
    }),
  )
  const changes = [...alter].map(([config, value]) => `, ${config} ${found.configs.get(config)} → ${value}`)
  const state = `${alter.size > 0 ? 'changed' : 'as it should be'}, ${sizeOf(found)}${changes.join('')}`
  return { name, create: null, alter, state, notes: [...notes, ...topicNotes(wish, found, replicas)] }
}

/** Of three replicas two must have a record before it counts as written. */
const configsOf = ({ retentionMs, maxMessageBytes, compacted }: TopicWish, replicas: number): TopicConfigs =>
  new Map([
    ['cleanup.policy', compacted ? 'compact,delete' : 'delete'],
    ['message.timestamp.type', 'CreateTime'],
    ['retention.ms', String(retentionMs)],
    ['max.message.bytes', String(maxMessageBytes)],
    ['min.insync.replicas', replicas >= 3 ? '2' : '1'],
  ])

function topicNotes({ name, partitions }: TopicWish, found: TopicState, replicas: number): string[] {
  const notes: string[] = []
  if (found.partitions < partitions) {
    notes.push(
      `${name} has ${found.partitions} partitions, and TOPIC_PARTITIONS is ${partitions}. It is not grown, since ` +
        'keys then move to other partitions and lose their order: kafka-topics --alter --partitions does it.',
    )
  }
  if (found.replicas < replicas) {
    notes.push(
      `${name} has ${found.replicas} of the ${replicas} replicas that the brokers could hold: ` +
        'kafka-reassign-partitions adds some; then run this again.',
    )
  }
  if (Number(found.configs.get('min.insync.replicas')) > found.replicas) {
    notes.push(
      `${name} cannot be written: its min.insync.replicas is more than its ${found.replicas} replicas.`,
    )
  }
  return notes
}

function requestNotes({ name, maxMessageBytes }: TopicWish, { requestBytes }: ClusterState): string[] {
  if (requestBytes === undefined || requestBytes > maxMessageBytes) return []
  return [
    `${name} may hold records of ${maxMessageBytes} bytes, and the brokers refuse requests over ${requestBytes} ` +
      '(socket.request.max.bytes): raise that in their configuration, or lower MAX_BODY_BYTES.',
  ]
}

const sizeOf = ({ partitions, replicas }: TopicState) =>
  `${partitions} partition${partitions === 1 ? '' : 's'}, ${replicas} replica${replicas === 1 ? '' : 's'}`
