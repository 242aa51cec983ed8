import { SchemaNotFoundError, type SchemaRegistry } from '../ports.ts'

/** So that the readers of any version read the records of any other. */
const LEVEL = 'FULL_TRANSITIVE'

/**
 * Registers the schema where it is not yet, after it has set the level by which the registry checks this one and
 * all to come. Returns how the subject stands then, in a few words.
 */
export async function setUpSchema(
  registry: SchemaRegistry,
  subject: string,
  schema: string,
): Promise<string> {
  const level = await registry.compatibility(subject)
  if (level !== LEVEL) await registry.setCompatibility(subject, LEVEL)
  const known = await registeredId(registry, subject, schema)
  const id = known ?? (await registry.register(subject, schema))
  const compatibility = level === LEVEL ? LEVEL : `compatibility ${level ?? 'unset'} → ${LEVEL}`
  const what = known === null ? 'registered' : level === LEVEL ? 'as it should be' : 'changed'
  return `${what}, id ${id}, ${compatibility}`
}

/** Null where the schema is not registered. */
export async function registeredId(
  registry: SchemaRegistry,
  subject: string,
  schema: string,
): Promise<number | null> {
  try {
    return await registry.idOf(subject, schema)
  } catch (error) {
    if (error instanceof SchemaNotFoundError) return null
    throw error
  }
}
