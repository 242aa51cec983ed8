import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { trackingEventType, WIRE_HEADER_BYTES } from '../pipeline/encode.ts'
import { type Resolver, trackingLogLine } from '../pipeline/tracking-log.ts'
import type { RegistryOptions } from './registry-client.ts'
import { TRACKING_EVENT_SCHEMA } from './tracking-event.ts'

/** The tracking-log line of a value of the output topic; null where the value is nothing of ours. */
type LineOf = (value: Buffer | null) => Promise<string | null>

/**
 * Reads values of the output topic by the schema that each was written with, whichever version that is, as the
 * registry has it. Throws where the registry does not answer or does not know the schema.
 */
export function createTrackingEventReader({ url, user, password }: RegistryOptions): LineOf {
  const client = new SchemaRegistry({
    host: url,
    ...(user && { auth: { username: user, password: password ?? '' } }),
  })
  const type = trackingEventType(TRACKING_EVENT_SCHEMA)
  const resolvers = new Map<number, Resolver>()

  async function resolverOf(id: number): Promise<Resolver> {
    const known = resolvers.get(id)
    if (known) return known
    const written = await client.getSchema(id).catch(cause => {
      throw new Error(`The schema with the id ${id} could not be had from the registry at ${url}`, { cause })
    })
    // The client reads longs as doubles, exact only to 2^53: the schema is its part, the type ours.
    const { schema } = written as unknown as { schema(): object }
    const resolver = type.createResolver(trackingEventType(JSON.stringify(schema.call(written))))
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
