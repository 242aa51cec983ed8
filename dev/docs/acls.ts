import { code, table } from './markdown.ts'

type Operation = 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs' | 'AlterConfigs'

export interface Acl {
  readonly resource: 'topic' | 'group' | 'transactional id' | 'cluster'
  /** Settings stand for what they hold. */
  readonly name: string
  /** All names that begin so. */
  readonly prefixed?: true
  readonly operations: readonly Operation[]
}

const topic = (name: string, ...operations: Operation[]): Acl => ({ resource: 'topic', name, operations })
const group = (...operations: Operation[]): Acl => ({ resource: 'group', name: 'CONSUMER_GROUP', operations })
const eachTopic = (...operations: Operation[]): Acl[] =>
  ['RAW_TOPIC', 'OUTPUT_TOPIC', 'ERROR_TOPIC'].map(name => topic(name, ...operations))
const cluster: Acl = { resource: 'cluster', name: 'kafka-cluster', operations: ['DescribeConfigs'] }

const transactionalIds: Acl = {
  resource: 'transactional id',
  name: 'CONSUMER_GROUP-RAW_TOPIC-',
  prefixed: true,
  operations: ['Write', 'Describe'],
}

/** What a user of Kafka has to be allowed for each command; the tests run the commands with just this. */
export const ACLS = {
  setup: [
    ...eachTopic('Create', 'Describe', 'DescribeConfigs', 'AlterConfigs'),
    topic('ERROR_TOPIC.sent', 'Create', 'Describe', 'DescribeConfigs', 'AlterConfigs'),
    topic('RAW_TOPIC', 'Read'),
    group('Read', 'Describe'),
    cluster,
  ],
  bridge: [topic('RAW_TOPIC', 'Write', 'Describe', 'DescribeConfigs'), group('Describe')],
  process: [
    topic('RAW_TOPIC', 'Read', 'Describe', 'DescribeConfigs'),
    topic('OUTPUT_TOPIC', 'Write', 'Read', 'Describe', 'DescribeConfigs'),
    topic('ERROR_TOPIC', 'Write', 'Read', 'Describe', 'DescribeConfigs'),
    group('Read', 'Describe'),
    transactionalIds,
  ],
  replay: [topic('RAW_TOPIC', 'Read', 'Describe'), group('Read', 'Describe')],
  errors: [
    topic('ERROR_TOPIC', 'Read', 'Describe'),
    topic('ERROR_TOPIC.sent', 'Read', 'Write', 'Describe'),
    topic('RAW_TOPIC', 'Read', 'Write', 'Describe'),
    topic('OUTPUT_TOPIC', 'Read', 'Describe'),
    { resource: 'group', name: 'ERROR_TOPIC.sent', operations: ['Read', 'Describe'] },
    group('Describe'),
  ],
  export: [topic('OUTPUT_TOPIC', 'Read', 'Describe')],
  compare: [topic('OUTPUT_TOPIC', 'Read', 'Describe')],
  find: eachTopic('Read', 'Describe'),
  doctor: [
    topic('RAW_TOPIC', 'Read', 'Describe', 'DescribeConfigs'),
    topic('OUTPUT_TOPIC', 'Describe', 'DescribeConfigs'),
    topic('ERROR_TOPIC', 'Read', 'Describe', 'DescribeConfigs'),
    topic('ERROR_TOPIC.sent', 'Describe', 'DescribeConfigs'),
    group('Read', 'Describe'),
    transactionalIds,
    cluster,
  ],
} as const satisfies Record<string, readonly Acl[]>

export function aclsTable(): string {
  const rows = Object.entries<readonly Acl[]>(ACLS).flatMap(([command, acls]) =>
    acls.map(({ resource, name, prefixed, operations }, i) => [
      i === 0 ? code(command) : '',
      `${resource} ${code(name)}${prefixed ? ' and all that begin so' : ''}`,
      operations.join(', '),
    ]),
  )
  return table(['command', 'resource', 'operations'], rows)
}
