import type avro from 'avsc'
import { trackingEventType, WIRE_HEADER_BYTES } from '../pipeline/encode.ts'
import { trackingLogLine } from '../pipeline/tracking-log.ts'
import type { SchemaRegistry } from '../ports.ts'

/** A tracking-log line of a value of the output topic; null where the value is nothing of ours. */
export type LineOf = (value: Buffer | null) => Promise<string | null>

/**
 * Reads values whichever version of the schema wrote them: each names its own by the id that the registry gave it,
 * and is asked for once. Throws only what the registry throws.
 */
export function trackingLines(schema: string, registry: Pick<SchemaRegistry, 'schemaOf'>): LineOf {
  const type = trackingEventType(schema)
  const resolvers = new Map<number, avro.Resolver>()

  const resolverOf = async (id: number): Promise<avro.Resolver> => {
    const known = resolvers.get(id)
    if (known) return known
    const resolver = type.createResolver(trackingEventType(await registry.schemaOf(id)))
    resolvers.set(id, resolver)
    return resolver
  }

  return async value => {
    if (value === null || value.length < WIRE_HEADER_BYTES || value[0] !== 0) return null
    const resolver = await resolverOf(value.readInt32BE(1))
    try {
      return trackingLogLine(type, value, resolver)
    } catch {
      // avsc throws on bytes that are not what the schema says; whoever asked says where they stand.
      return null
    }
  }
}
