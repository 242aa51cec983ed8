import { expect, test } from 'vitest'
import { SchemaNotFoundError, type SchemaRegistry } from '#src/ports.ts'
import { setUpSchema } from '#src/setup/schema.ts'

/** A registry of one subject that writes down what it is asked to do. */
function registryWith(state: {
  level: Awaited<ReturnType<SchemaRegistry['compatibility']>>
  schemas: string[]
}) {
  const actions: string[] = []
  const registry: SchemaRegistry = {
    async idOf(_, schema) {
      const index = state.schemas.indexOf(schema)
      if (index < 0) throw new SchemaNotFoundError('not there')
      return index + 1
    },
    async register(_, schema) {
      actions.push(`register ${schema} at ${state.level}`)
      return state.schemas.push(schema)
    },
    compatibility: async () => state.level,
    async setCompatibility(_, level) {
      actions.push(`set ${level}`)
      state.level = level
    },
    isCompatible: async () => true,
    versions: async () => [],
    schemaOf: async id => state.schemas[id - 1] as string,
  }
  return { actions, registry }
}

test.each([
  [
    'nothing is there: the level first, so that it holds for this very schema',
    { level: null, schemas: [] },
    ['set FULL_TRANSITIVE', 'register s at FULL_TRANSITIVE'],
    'registered, id 1, compatibility unset → FULL_TRANSITIVE',
  ],
  [
    'another version is there',
    { level: 'FULL_TRANSITIVE', schemas: ['r'] },
    ['register s at FULL_TRANSITIVE'],
    'registered, id 2, FULL_TRANSITIVE',
  ],
  [
    'only the level is not as it should be',
    { level: 'BACKWARD', schemas: ['r', 's'] },
    ['set FULL_TRANSITIVE'],
    'changed, id 2, compatibility BACKWARD → FULL_TRANSITIVE',
  ],
  [
    'all is there',
    { level: 'FULL_TRANSITIVE', schemas: ['s'] },
    [],
    'as it should be, id 1, FULL_TRANSITIVE',
  ],
] as const)('%s', async (_, { level, schemas }, expected, state) => {
  const { actions, registry } = registryWith({ level, schemas: [...schemas] })
  expect(await setUpSchema(registry, 'x-value', 's')).toBe(state)
  expect(actions).toEqual(expected)
})

test('a registry that fails is not taken for one that lacks the schema', async () => {
  const { actions, registry } = registryWith({ level: 'FULL_TRANSITIVE', schemas: [] })
  const failing = { ...registry, idOf: () => Promise.reject(new Error('down')) }
  await expect(setUpSchema(failing, 'x-value', 's')).rejects.toThrow('down')
  expect(actions).toEqual([])
})
