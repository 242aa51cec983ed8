import { Kafka, logLevel } from 'kafkajs'
import pgPromise from 'pg-promise'
import { afterAll, expect, inject, test } from 'vitest'

const { brokers, registryUrl, databaseUrl } = inject('stack')
const sql = pgPromise({ noWarnings: true })(databaseUrl)
afterAll(() => sql.$pool.end())

test('Kafka answers with the node that was asked for, and refuses a topic that nobody created', async () => {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const cluster = await admin.describeCluster()
    expect(cluster.brokers.map(broker => `${broker.host}:${broker.port}`)).toEqual(brokers)
    await expect(admin.fetchTopicMetadata({ topics: ['nobody-created-me'] })).rejects.toThrow(
      'does not host this topic-partition',
    )
  } finally {
    await admin.disconnect()
  }
})

test('the registry registers a schema and finds it again by its content', async () => {
  const subject = `${registryUrl}/subjects/stack-test-value`
  const schema = { schema: JSON.stringify({ type: 'record', name: 'StackTest', fields: [] }) }
  const post = async (url: string): Promise<{ id: number }> => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(schema) })
    return (await answer.json()) as { id: number }
  }
  const registered = await post(`${subject}/versions`)
  expect(registered.id).toBeGreaterThan(0)
  expect(await post(subject)).toMatchObject({ id: registered.id })
})

test('PostgreSQL holds the sample users', async () => {
  expect(await sql.any('select id, username from auth_user where id < 100 order by id')).toEqual([
    { id: 1, username: 'alice' },
    { id: 7, username: 'zoë' },
    { id: 10, username: 'bob' },
    { id: 42, username: 'carol' },
  ])
})
