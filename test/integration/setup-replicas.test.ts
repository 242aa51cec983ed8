import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKafka } from '#src/kafka/client.ts'
import { describeTopics } from '#src/kafka/topics.ts'
import { createLog } from '#src/observe/log.ts'
import { javaServers } from '../../dev/stack/downloads.ts'
import { type Kafka, startKafka } from '../../dev/stack/kafka.ts'
import { silent } from '../../dev/stack/progress.ts'
import { type Supervisor, startSupervisor } from '../../dev/stack/supervisor.ts'
import { own } from '../support/cluster.ts'
import { run } from '../support/product.ts'

let supervisor: Supervisor
let kafka: Kafka

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'segedx-replicas-'))
  await chmod(directory, 0o711)
  supervisor = startSupervisor(directory)
  const { kafkaClassPath } = await javaServers(supervisor, join(directory, 'maven.log'), silent)
  kafka = await startKafka({
    brokers: 3,
    classPath: kafkaClassPath,
    directory,
    supervisor,
    forMeasuring: false,
  })
})
afterAll(() => supervisor.end())

test('on three brokers every topic has three replicas, of which two must have a record', async () => {
  const { settings, raw, output, errors } = own()
  const admin = createKafka(
    { brokers: kafka.brokers, clientId: 'test' },
    createLog({ level: 'error', command: 'test' }),
  ).admin()
  await admin.connect()
  // One topic was made by somebody who did not think of it.
  await admin.createTopics({ topics: [{ topic: errors, numPartitions: 4, replicationFactor: 1 }] })
  const onThree = { ...settings, KAFKA_BROKERS: kafka.brokers.join(',') }
  const first = await run(['setup', '--start', 'earliest'], onThree)
  expect(first.exitCode, first.output).toBe(0)
  expect(first.output).toMatch(/Note: .* has 1 of the 3 replicas that the brokers could hold/)
  const facts = await describeTopics(admin, [raw, output, errors])
  const seen = [raw, output, errors].map(name => [
    facts.get(name)?.replicas,
    facts.get(name)?.configs.get('min.insync.replicas'),
  ])
  expect(seen).toEqual([
    [3, '2'],
    [3, '2'],
    [1, expect.any(String)],
  ])
  const second = await run(['setup'], onThree)
  expect(second.output).not.toMatch(/created|changed|registered/)
  await admin.disconnect()
})
