import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { SchemaNotFoundError, type SchemaRegistry } from '#src/ports.ts'
import { fitOf } from '#src/schemas/compatibility.ts'
import { createRegistry } from '#src/schemas/registry.ts'
import { TRACKING_EVENT_SCHEMA } from '#src/schemas/tracking-event.ts'
import { javaServers } from '../../dev/stack/downloads.ts'
import { startPostgres } from '../../dev/stack/postgres.ts'
import { silent } from '../../dev/stack/progress.ts'
import { type Registry, startRegistry } from '../../dev/stack/registry.ts'
import { type Supervisor, startSupervisor } from '../../dev/stack/supervisor.ts'

/* The adapter on a real Apicurio Registry, over its Confluent-compatible API. */

const registry = createRegistry({ url: inject('stack').registryUrl })
let subjects = 0
const newSubject = () => `contract-${process.pid}-${++subjects}-value`

/** The program's schema with something else about it; white space as the change leaves it. */
const changed = (change: (schema: { fields: object[]; doc?: string }) => void) => {
  const schema = JSON.parse(TRACKING_EVENT_SCHEMA)
  change(schema)
  return JSON.stringify(schema, null, 3)
}
const withNote = (note: object) => changed(({ fields }) => fields.push({ name: 'note', ...note }))
const NULLABLE = { type: ['null', 'string'], default: null }

describe('a schema is found by its content', () => {
  test('once it is registered, under the subject where it is', async () => {
    const [subject, other] = [newSubject(), newSubject()]
    await expect(registry.idOf(subject, TRACKING_EVENT_SCHEMA)).rejects.toThrow(SchemaNotFoundError)
    const id = await registry.register(subject, TRACKING_EVENT_SCHEMA)
    expect(await registry.idOf(subject, TRACKING_EVENT_SCHEMA)).toBe(id)
    await expect(registry.idOf(other, TRACKING_EVENT_SCHEMA)).rejects.toThrow(
      `not registered under ${other} at ${inject('stack').registryUrl}: run \`setup\``,
    )
    expect(JSON.parse(await registry.schemaOf(id))).toEqual(JSON.parse(TRACKING_EVENT_SCHEMA))
  })

  test('never another version than the one asked for, and never a new one for being registered again', async () => {
    const subject = newSubject()
    const first = await registry.register(subject, TRACKING_EVENT_SCHEMA)
    const second = await registry.register(subject, withNote(NULLABLE))
    expect(await registry.register(subject, TRACKING_EVENT_SCHEMA)).toBe(first)
    expect(await registry.idOf(subject, TRACKING_EVENT_SCHEMA)).toBe(first)
    expect(await registry.idOf(subject, withNote(NULLABLE))).toBe(second)
    expect((await registry.versions(subject)).map(({ version, id }) => [version, id])).toEqual([
      [1, first],
      [2, second],
    ])
  })

  test('white space does not count, documentation and logical types do', async () => {
    const subject = newSubject()
    const id = await registry.register(subject, TRACKING_EVENT_SCHEMA)
    const windows = TRACKING_EVENT_SCHEMA.replaceAll('\n', '\r\n')
    expect(await registry.idOf(subject, windows)).toBe(id)
    expect(await registry.idOf(subject, JSON.stringify(JSON.parse(windows)))).toBe(id)
    for (const other of [
      changed(schema => delete schema.doc),
      TRACKING_EVENT_SCHEMA.replaceAll('timestamp-micros', 'timestamp-millis'),
    ])
      await expect(registry.idOf(subject, other)).rejects.toThrow(SchemaNotFoundError)
  })
})

describe('compatibility', () => {
  test('can be set before anything is registered, and then holds', async () => {
    const subject = newSubject()
    expect(await registry.compatibility(subject)).toBeNull()
    expect(await registry.versions(subject)).toEqual([])
    expect(await registry.isCompatible(subject, TRACKING_EVENT_SCHEMA)).toBe(true)
    await registry.setCompatibility(subject, 'FULL_TRANSITIVE')
    expect(await registry.compatibility(subject)).toBe('FULL_TRANSITIVE')
    await registry.register(subject, TRACKING_EVENT_SCHEMA)
    await expect(registry.register(subject, withNote({ type: 'string' }))).rejects.toThrow(
      /answered POST .*\/versions with 409, .*note/,
    )
  })

  test.each([
    ['a nullable field', withNote(NULLABLE)],
    ['a field without a default', withNote({ type: 'string' })],
    ['a field less', changed(({ fields }) => fields.pop())],
    ['a field less that has no default', changed(({ fields }) => fields.shift())],
    ['another name', TRACKING_EVENT_SCHEMA.replace('"TrackingEvent"', '"Tracked"')],
    [
      'a record inside with another type',
      TRACKING_EVENT_SCHEMA.replace('"user_id", "type": "long"', '"user_id", "type": "string"'),
    ],
    [
      'a wider type',
      TRACKING_EVENT_SCHEMA.replace('"user_id", "type": "long"', '"user_id", "type": "double"'),
    ],
  ])('the registry and `schema check` say the same of %s', async (_, schema) => {
    const subject = newSubject()
    await registry.setCompatibility(subject, 'FULL_TRANSITIVE')
    await registry.register(subject, TRACKING_EVENT_SCHEMA)
    const [fit] = fitOf(schema, await registry.versions(subject))
    expect(fit?.problems.length === 0).toBe(await registry.isCompatible(subject, schema))
  })
})

describe('a registry that keeps its data in PostgreSQL', () => {
  let supervisor: Supervisor
  let server: Registry
  let kept: SchemaRegistry
  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'segedx-registry-'))
    // PostgreSQL may run as another user, who has to pass through.
    await chmod(directory, 0o711)
    supervisor = startSupervisor(directory)
    const { registryJar } = await javaServers(supervisor, join(directory, 'maven.log'), silent)
    const postgres = await startPostgres({ directory, supervisor, generatedUsers: 0 })
    server = await startRegistry({ jar: registryJar, directory, supervisor, storage: postgres })
    kept = createRegistry({ url: server.url })
  })
  afterAll(() => supervisor.end())

  test('finds the schema by its content after it was killed and started again', async () => {
    await kept.setCompatibility('edx-value', 'FULL_TRANSITIVE')
    const id = await kept.register('edx-value', TRACKING_EVENT_SCHEMA)
    await server.kill()
    await expect(kept.idOf('edx-value', TRACKING_EVENT_SCHEMA)).rejects.toMatchObject({ retriable: true })
    await server.start()
    expect(await kept.idOf('edx-value', TRACKING_EVENT_SCHEMA)).toBe(id)
    expect(await kept.register('edx-value', TRACKING_EVENT_SCHEMA)).toBe(id)
    expect(await kept.compatibility('edx-value')).toBe('FULL_TRANSITIVE')
  })
})
